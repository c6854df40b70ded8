import { Owner, ownedHost, realHost } from '@cosi-ts/core';
import { CommandError, type CommandIo } from '../io.ts';
import { parseOutputFormat } from '../output/format.ts';
import { printer } from '../output/printer.ts';
import { failureLines, nodeFailure, throwFailures, warn, type NodeFailure } from './node-failure.ts';
import { parseWords, resolveTarget, type Target, type TargetWords } from './get-target.ts';
import { listResources } from './list-resources.ts';
import { findNodes, type RunningNode } from './running-nodes.ts';
import { selectNodes } from './select-nodes.ts';
import { stateDirectory } from './state-directory.ts';
import { watchResources } from './watch-resources.ts';

/** The options of `cosi get`, as they were given. */
export interface GetOptions {
  readonly state?: string;
  readonly nodes?: readonly string[];
  readonly namespace?: string;
  readonly output: string;
  readonly watch?: boolean;
}

/**
 * Prints resources of the nodes that run in a directory.
 *
 * @throws CommandError if there is no such thing to print, or some node could not give what it has.
 */
export async function getResources(
  io: CommandIo,
  first: string,
  second: string | undefined,
  options: GetOptions,
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const words = { ...parseWords(first, second), namespace: options.namespace };
  await using owner = new Owner('cosi get');
  const host = ownedHost(realHost(), owner);
  const directory = stateDirectory(io, options.state);
  const wanted = options.nodes ?? [];
  const found = await findNodes(host, directory, {
    cwd: io.cwd,
    onInterrupted: (node, error) => {
      for (const line of failureLines([nodeFailure(node, error)])) warn(io, `${line}; watching goes on once it can`);
    },
  });
  const nodes = selectNodes(found, wanted, directory);
  // Nodes that cannot answer concern only who wants to know of all.
  const failures: NodeFailure[] = wanted.length === 0 ? [...found.failed] : [];
  const [asked] = nodes;
  if (asked === undefined) return throwFailures(io, failures);

  const target = await resolveOn(asked, words);
  const watch = options.watch ?? false;
  const out = printer(format, target.definition, {
    write: (text) => io.out.write(text),
    watch,
    terminal: io.out.isTerminal,
  });
  if (watch) {
    for (const line of failureLines(failures)) warn(io, line);
    return await watchResources(nodes, target, out, io);
  }
  throwFailures(io, [...failures, ...(await listResources(nodes, target, out))]);
}

async function resolveOn(node: RunningNode, words: TargetWords): Promise<Target> {
  try {
    return await resolveTarget(node, words);
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown;
    const [line] = failureLines([nodeFailure(node.label, thrown)]);
    throw new CommandError(line ?? '', { cause: thrown });
  }
}
