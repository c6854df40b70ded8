import type { Resource } from '@cosi-ts/resources';
import { NotFoundError } from '@cosi-ts/runtime';
import type { Printer } from '../output/printer.ts';
import { CommandError } from '../io.ts';
import { outputOf } from './output-of.ts';
import { nodeFailure, type NodeFailure } from './node-failure.ts';
import type { Target } from './get-target.ts';
import type { RunningNode } from './running-nodes.ts';

/**
 * Prints what each node has, in the order of the nodes, which are asked at once. What one cannot give does not keep
 * the others from it.
 *
 * @returns what could not be given or printed.
 */
export async function listResources(
  nodes: readonly RunningNode[],
  target: Target,
  printer: Printer,
): Promise<readonly NodeFailure[]> {
  const failures: NodeFailure[] = [];
  const answers = nodes.map((node) => ask(node, target));
  let answered = false;
  for (const [index, node] of nodes.entries()) {
    const answer = (await answers[index]) ?? [];
    if ('error' in answer) {
      failures.push(answer);
      continue;
    }
    answered = true;
    for (const resource of answer) {
      try {
        printer.resource(outputOf(node, resource));
      } catch (thrown) {
        failures.push(nodeFailure(node.label, thrown));
      }
    }
  }
  // Columns over nothing would only push the reason out of sight.
  if (answered) printer.end();
  return failures;
}

async function ask(node: RunningNode, target: Target): Promise<readonly Resource[] | NodeFailure> {
  const { namespace, type, id, definition, query } = target;
  try {
    if (id === undefined) return await node.encoded.list({ namespace, type }, { query });
    return [await node.encoded.get({ namespace, type, id })];
  } catch (thrown) {
    if (!(thrown instanceof NotFoundError)) return nodeFailure(node.label, thrown);
    const flag = namespace === definition.defaultNamespace ? '' : ` --namespace ${namespace}`;
    const cure = `"cosi get ${definition.type.toLowerCase()}${flag}" lists those that do`;
    return nodeFailure(node.label, new CommandError(`${thrown.message}: ${cure}`));
  }
}
