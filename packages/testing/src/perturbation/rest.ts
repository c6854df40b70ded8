import type { MemoryState } from '@cosi-ts/runtime';
import type { Scenario } from './scenario.ts';

/** Lets the controllers come to rest, and users do what they do then, until neither has anything to do. */
export async function comeToRest(
  settle: () => Promise<void>,
  state: MemoryState,
  atRest: Scenario['atRest'],
): Promise<void> {
  await settle();
  if (atRest === undefined) return;
  for (let before = -1; before !== state.position; await settle()) {
    before = state.position;
    await atRest(state);
  }
}
