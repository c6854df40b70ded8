import { Namespace, ResourceDefinition, type Kind, type ResourceDefinitionSpec } from '@cosi-ts/resources';
import { collection, type Query } from '@cosi-ts/runtime';
import { CommandError } from '../io.ts';
import { nearest } from '../output/nearest.ts';
import { resolveType } from '../output/resolve-type.ts';
import { failureLines, nodeFailure } from './node-failure.ts';
import type { RunningNode } from './running-nodes.ts';

/** What is asked for: one resource if it has an id, else all of a kind. */
export interface Target extends Kind {
  readonly id: string | undefined;
  readonly definition: ResourceDefinitionSpec;
  /** Which of the kind; undefined: all. */
  readonly query?: Query | undefined;
}

/** The words of the command line that say what is asked for. */
export interface TargetWords {
  readonly type: string;
  readonly id?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * What the words mean to a node: the type by any of its names, the namespace by default the type's own.
 *
 * @throws CommandError for an unknown or ambiguous type, or a namespace that is not registered.
 */
async function resolveTarget(node: RunningNode, words: TargetWords): Promise<Target> {
  const definition = resolveType(await definitionsOf(node), words.type);
  // As everywhere in talosctl, an empty flag is none.
  const namespace = words.namespace || definition.defaultNamespace;
  if (words.namespace) await requireNamespace(node, namespace);
  return { namespace, type: definition.type, id: words.id, definition };
}

/** {@link resolveTarget}, with what a node cannot tell as a refusal, too. @throws CommandError */
export async function resolveOn(node: RunningNode, words: TargetWords): Promise<Target> {
  try {
    return await resolveTarget(node, words);
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown;
    const [line] = failureLines([nodeFailure(node.label, thrown)]);
    throw new CommandError(line ?? '', { cause: thrown });
  }
}

/** What a node tells of its types. */
export async function definitionsOf(node: RunningNode): Promise<readonly ResourceDefinitionSpec[]> {
  const definitions = await collection(node.state, ResourceDefinition).list();
  return definitions.map(({ spec }) => spec);
}

async function requireNamespace(node: RunningNode, wanted: string): Promise<void> {
  const known = (await collection(node.state, Namespace).list()).map(({ metadata }) => metadata.id);
  if (known.includes(wanted)) return;
  const suggestion = nearest(wanted, known);
  const cure = suggestion === undefined ? '' : `did you mean ${JSON.stringify(suggestion)}? `;
  throw new CommandError(
    `namespace ${JSON.stringify(wanted)} is not registered: ${cure}"cosi get namespaces" lists every namespace`,
  );
}

/**
 * The words `TYPE [ID]`, where the type may bring the id: `members.cluster.talos.dev/node-1`, as `-o name` prints it.
 *
 * @throws CommandError (exit code 2) if both do, or the id is empty.
 */
export function parseWords(first: string, second: string | undefined): { type: string; id?: string | undefined } {
  const slash = first.indexOf('/');
  if (slash < 0 && second !== '') return { type: first, id: second };
  if (slash >= 0 && second === undefined && slash < first.length - 1) {
    return { type: first.slice(0, slash), id: first.slice(slash + 1) };
  }
  const problem = slash >= 0 && second !== undefined ? 'the id is given twice' : 'the id is empty';
  throw new CommandError(`${problem}: write "cosi get TYPE", "cosi get TYPE ID" or "cosi get TYPE/ID"`, {
    exitCode: 2,
  });
}
