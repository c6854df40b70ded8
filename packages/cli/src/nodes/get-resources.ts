import { Owner, ownedHost, realHost } from '@cosi-ts/core';
import { CommandError, type CommandIo } from '../io.ts';
import { parseOutputFormat } from '../output/format.ts';
import { printer } from '../output/printer.ts';
import { failureLines, throwFailures, warn } from './node-failure.ts';
import { parseWords, resolveOn } from './get-target.ts';
import { queryOf, type SelectionOptions } from './label-selector.ts';
import { listResources } from './list-resources.ts';
import { askedNodes } from './asked-nodes.ts';
import type { NodeSelection } from './node-options.ts';
import { watchResources } from './watch-resources.ts';

/** The options of `cosi get`, as they were given. */
export interface GetOptions extends NodeSelection, SelectionOptions {
  readonly namespace?: string;
  readonly output: string;
  readonly watch?: boolean;
}

/**
 * Prints resources of the nodes that are asked.
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
  const query = queryOf(options);
  if (query !== undefined && words.id !== undefined) {
    throw new CommandError('one resource is not selected from: give an id, or --selector and --id', { exitCode: 2 });
  }
  await using owner = new Owner('cosi get');
  const host = ownedHost(realHost(), owner);
  const { nodes, failures } = await askedNodes(host, io, options);
  const [asked] = nodes;
  if (asked === undefined) return throwFailures(io, failures);

  const target = { ...(await resolveOn(asked, words)), query };
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
