import { CodedError, Owner, ownedHost, realHost } from '@cosi-ts/core';
import { pointerText, type Pointer, type Resource } from '@cosi-ts/resources';
import { remoteTrace, type ToldStep } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import { descriptionText } from '../output/description.ts';
import { askedNodes } from './asked-nodes.ts';
import { parseWords, resolveOn } from './get-target.ts';
import { nodeFailure, throwFailures, type NodeFailure } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import { outputOf } from './output-of.ts';
import type { RunningNode } from './running-nodes.ts';

/** The options of `cosi describe`, as they were given. */
export interface DescribeOptions extends NodeSelection {
  readonly namespace?: string;
}

/**
 * Prints all about a resource, as each node that is asked has it.
 *
 * @throws CommandError if some node does not have it, or cannot tell.
 */
export async function describeResource(
  io: CommandIo,
  first: string,
  second: string | undefined,
  options: DescribeOptions,
): Promise<void> {
  const { type, id } = parseWords(first, second);
  if (id === undefined) throw new CommandError('the id is missing: write "cosi describe TYPE ID"', { exitCode: 2 });
  await using owner = new Owner('cosi describe');
  const host = ownedHost(realHost(), owner);
  const { nodes, failures } = await askedNodes(host, io, options);
  const [asked] = nodes;
  if (asked === undefined) return throwFailures(io, failures);
  const { namespace, type: fullType } = await resolveOn(asked, { type, id, namespace: options.namespace });
  const pointer: Pointer = { namespace, type: fullType, id };

  const answers = nodes.map((node) => ask(node, pointer));
  const failed: NodeFailure[] = [...failures];
  let separator = '';
  for (const [index, node] of nodes.entries()) {
    const answer = await answers[index];
    if (answer === undefined) continue;
    if ('error' in answer) {
      failed.push(answer);
      continue;
    }
    const history = answer.steps.map(stepText);
    io.out.write(`${separator}${descriptionText(outputOf(node, answer.resource), history)}`);
    separator = '\n';
  }
  throwFailures(io, failed);
}

async function ask(
  node: RunningNode,
  pointer: Pointer,
): Promise<{ readonly resource: Resource; readonly steps: readonly ToldStep[] } | NodeFailure> {
  try {
    const [resource, steps] = await Promise.all([node.encoded.get(pointer), traceOf(node, pointer)]);
    return { resource, steps };
  } catch (thrown) {
    return nodeFailure(node.label, thrown);
  }
}

/** Servers of others do not remember. */
async function traceOf(node: RunningNode, pointer: Pointer): Promise<readonly ToldStep[]> {
  try {
    return await remoteTrace(node.channel, pointer, { metadata: node.metadata });
  } catch (thrown) {
    if (thrown instanceof CodedError) return [];
    throw thrown;
  }
}

function stepText({ depth, event, time, version, actor, pointer }: ToldStep): string {
  const indent = '  '.repeat(depth);
  if (event === 'hidden') return `${indent}(what may not be read)`;
  if (event === 'forgotten') return `${indent}${pointerText(pointer)} (forgotten)`;
  const who = actor === '' ? 'from outside' : `by ${actor}`;
  return `${indent}${pointerText(pointer)} ${event === 'tornDown' ? 'torn down' : event}, version ${version}, ${who}, ${time}`;
}
