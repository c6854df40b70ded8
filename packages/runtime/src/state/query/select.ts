import type { Pace } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { Query } from './query.ts';

/** How many resources are asked before the loop may turn. */
const AT_ONCE = 1000;

/** Those that match, in their order: at once if that is quick, else in slices. */
export function select(
  resources: readonly Resource[],
  query: Query,
  pace: Pace,
): readonly Resource[] | Promise<readonly Resource[]> {
  const selected: Resource[] = [];
  let next = 0;
  const advance = (): Promise<void> | undefined => {
    for (;;) {
      const end = Math.min(next + AT_ONCE, resources.length);
      for (; next < end; next += 1) {
        const resource = resources[next] as Resource;
        if (query.matches(resource)) selected.push(resource);
      }
      if (next === resources.length) return undefined;
      const turn = pace.yield();
      if (turn !== undefined) return turn;
    }
  };
  const turn = advance();
  return turn === undefined ? selected : selectRest(turn, advance, selected);
}

async function selectRest(
  first: Promise<void>,
  advance: () => Promise<void> | undefined,
  selected: readonly Resource[],
): Promise<readonly Resource[]> {
  for (let turn: Promise<void> | undefined = first; turn !== undefined; turn = advance()) await turn;
  return selected;
}
