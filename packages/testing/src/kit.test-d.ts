import { defineResource, int32, type DeclaredType, type SpecOf } from '@cosi-ts/resources';
import { collection, defineController, exclusive, weak, type PortsOf, type State } from '@cosi-ts/runtime';
import { expect } from 'vitest';
import { arbitraryOf } from './arbitrary/arbitrary-of.ts';
import type { Declarative } from './perturbation/desired-states.ts';
import './perturbation/matchers.ts';
import { perturb } from './perturbation/perturb.ts';
import type { SimNode } from './simulation/sim-node.ts';
import type { Simulation } from './simulation/simulation.ts';
import type { Scenario } from './perturbation/scenario.ts';

// Compiled, never run: what is wrong in a scenario does not compile.

const ask = { size: int32(1) };
interface AskSpec extends SpecOf<typeof ask> {}
const Ask: DeclaredType<AskSpec> = defineResource({ type: 'Asks.test.dev', namespace: 'default', fields: ask });
const made = { count: int32(1) };
interface MadeSpec extends SpecOf<typeof made> {}
const Made: DeclaredType<MadeSpec> = defineResource({ type: 'Mades.test.dev', namespace: 'default', fields: made });

const ports = { asks: weak(Ask), mades: exclusive(Made) } as const;
// @ts-expect-error: no such port
export type NoSuchPort = PortsOf<typeof ports>['dones'];
// @ts-expect-error: an input cannot be written
export type NoWrite = PortsOf<typeof ports>['asks']['set'];

const maker = defineController({
  name: 'maker',
  ports,
  async reconcile({ asks, mades }) {
    await asks.list();
    // @ts-expect-error: another type's spec
    await mades.set('a', { size: 1 });
  },
});

export const scenario: Scenario = {
  controllers: () => [maker],
  steps: [
    (state: State) => collection(state, Ask).create('a', { size: 1 }),
    // @ts-expect-error: another type's spec
    (state: State) => collection(state, Ask).create('a', { count: 1 }),
  ],
  matches: async (state) => {
    const found = await collection(state, Made).find('a');
    // @ts-expect-error: the field is of another type
    expect(found?.spec.size).toBe(1);
  },
};

const desired = { steps: scenario.steps, matches: () => Promise.resolve() };
export const checks = async (): Promise<void> => {
  await expect(() => [maker]).toReconcileEventuallyAndStably(desired);
  // @ts-expect-error: nothing says what is wanted
  await expect(() => [maker]).toReconcileEventuallyAndStably({ steps: scenario.steps });
  // @ts-expect-error: a number reconciles nothing
  await expect(1).toReconcileEventuallyAndStably(desired);
  // @ts-expect-error: a controller, not a function that makes them
  await perturb({ ...scenario, controllers: maker });
  // @ts-expect-error: a plan that is none
  await perturb(scenario, { plans: [{ kind: 'crash', controller: 'maker' }] });
};

export const verbs = async (sim: Simulation, node: SimNode): Promise<void> => {
  await sim.advance('30s');
  for (const watch of sim.watches(node)) sim.cut(watch);
  // @ts-expect-error: a node is no watch
  sim.cut(node);
  const [watch] = sim.watches();
  // @ts-expect-error: nobody crashes a watch
  sim.crash(watch);
  // @ts-expect-error: a span of time is text or milliseconds
  await sim.advance(['30s']);
};

export const declarative: Declarative<AskSpec> = {
  controllers: () => [maker],
  declare: (state, { size }) => collection(state, Ask).set('a', { size }),
};
// @ts-expect-error: specs are of their own type
export const wrong: ReturnType<typeof arbitraryOf<MadeSpec>> = arbitraryOf(Ask);
