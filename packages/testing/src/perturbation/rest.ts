import type { MemoryState } from '@cosi-ts/runtime';
import type { Limits, Simulation } from '../simulation/simulation.ts';
import type { Scenario } from './scenario.ts';

/** Lets the controllers come to rest, and users do what they do then, until neither has anything to do. */
export async function comeToRest(
  sim: Simulation,
  state: MemoryState,
  atRest: Scenario['atRest'],
  limits: Limits,
): Promise<void> {
  await sim.settle(limits);
  if (atRest === undefined) return;
  for (let before = -1; before !== state.position; await sim.settle(limits)) {
    before = state.position;
    await atRest(state);
  }
}
