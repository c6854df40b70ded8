import { kindOfKey, type Pointer } from '@cosi-ts/resources';
import type { Origin, State } from '../../state/state.ts';

/** One change in a chain of changes that led to each other. */
export interface TraceStep {
  /** How far from the change asked for, which has 0. */
  readonly depth: number;
  readonly pointer: Pointer;
  /** Undefined if it is forgotten. */
  readonly origin: Origin | undefined;
  /** What led to it is told at an earlier step about the same change, or would be too much. */
  readonly isCut: boolean;
}

/** Changes to go back along a chain. */
export const MAX_DEPTH = 32;
/** Steps in one answer. */
const MAX_STEPS = 1000;

/**
 * Why a resource is what it is: its last change, then those that led to it, each followed by its own.
 * @param depth changes to go back
 * @returns undefined if the state does not remember the resource at all
 */
export function traceOf(
  state: Pick<State, 'origin'>,
  pointer: Pointer,
  depth = MAX_DEPTH,
): readonly TraceStep[] | undefined {
  const steps: TraceStep[] = [];
  const told = new Set<string>();
  const tell = (pointer: Pointer, at: number | undefined, level: number): void => {
    if (steps.length >= MAX_STEPS) return;
    const origin = state.origin?.(pointer, at);
    const place = JSON.stringify([pointer.namespace, pointer.type, pointer.id, origin?.position]);
    const causes = origin?.causes ?? [];
    const isCut = causes.length > 0 && (level >= depth || told.has(place));
    steps.push({ depth: level, pointer, origin, isCut });
    if (isCut) return;
    told.add(place);
    for (const { table, key, position } of causes) tell({ ...kindOfKey(table), id: key }, position, level + 1);
  };
  tell(pointer, undefined, 0);
  return steps[0]?.origin === undefined ? undefined : steps;
}
