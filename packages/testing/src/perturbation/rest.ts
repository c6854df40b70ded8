import type { MemoryState } from '@cosi-ts/runtime';
import { StuckError } from '../simulation/driver.ts';
import type { Limits, Simulation } from '../simulation/simulation.ts';
import type { Chronicle } from './chronicle.ts';
import { livelockOf } from './livelock.ts';
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

/** Waits until a run is at rest. @throws LivelockError if it never is since somebody writes without end, else StuckError */
export async function untilRest(
  sim: Simulation,
  chronicle: Chronicle,
  isAtRest: () => boolean,
  limits: Limits,
): Promise<void> {
  try {
    await sim.until('rest', isAtRest, limits);
  } catch (thrown) {
    throw (thrown instanceof StuckError ? livelockOf(chronicle.writes) : undefined) ?? thrown;
  }
}
