import type { CommandIo } from '../io.ts';
import type { NodeSelection } from '../nodes/node-options.ts';
import { candidates, type Candidates } from './candidate.ts';
import { placeholderOf, type Position } from './position.ts';

/** What may stand where somebody is writing a value; what kind of value it is its placeholder says. */
export async function candidatesOf(position: Position, io: CommandIo): Promise<Candidates> {
  const { value } = position;
  if (value === undefined) return [];
  if (value.argChoices !== undefined) return candidates(value.argChoices);
  const placeholder = placeholderOf(value);
  if (placeholder === 'file' || placeholder === 'dir' || placeholder === 'path') return 'files';
  const fixed = FIXED[placeholder];
  if (fixed !== undefined) return candidates(fixed);
  const kind = 'flags' in value && value.long === '--context' ? 'context' : placeholder;
  if (!isAsked(kind)) return [];
  // Only these need what speaks to nodes.
  const { askCandidates } = await import('./ask.ts');
  return askCandidates(kind, io, selectionOf(position), position);
}

const FIXED: Readonly<Partial<Record<string, readonly string[]>>> = {
  format: ['table', 'wide', 'yaml', 'json', 'jsonpath=', 'name'],
  condition: ['exists', 'delete', 'phase=running', 'phase=tearingDown', 'jsonpath='],
  types: ['controlplane', 'worker'],
  boolean: ['true', 'false'],
};

/** What a running node, or the client configuration, knows. */
export type AskedKind = (typeof ASKED)[number];

const ASKED = ['type', 'id', 'namespace', 'ns', 'nodes', 'context'] as const;

function isAsked(placeholder: string): placeholder is AskedKind {
  return (ASKED as readonly string[]).includes(placeholder);
}

function selectionOf({ options }: Position): NodeSelection {
  const list = (name: string): readonly string[] | undefined =>
    options[name]?.flatMap((value) => value.split(',')).filter((value) => value !== '');
  const last = (name: string): string | undefined => options[name]?.at(-1);
  const [nodes, endpoints] = ['nodes', 'endpoints'].map(list);
  const [state, talosconfig, context] = ['state', 'talosconfig', 'context'].map(last);
  return {
    ...(nodes && { nodes }),
    ...(endpoints && { endpoints }),
    ...(state !== undefined && { state }),
    ...(talosconfig !== undefined && { talosconfig }),
    ...(context !== undefined && { context }),
  };
}
