import { ownedHost } from '@cosi-ts/core';
import { defineResource, int32, type DeclaredType, type SpecOf } from '@cosi-ts/resources';
import {
  collection,
  ControllerRuntime,
  defineController,
  exclusive,
  MemoryState,
  weak,
  type State,
} from '@cosi-ts/runtime';
import { exercise, linearizable, perturb, simulate, type Plan, type Simulation } from '@cosi-ts/testing';
import { begin, type Sample } from '../clock.ts';

const fields = { size: int32(1) };
interface SizedSpec extends SpecOf<typeof fields> {}
const kind = (type: string): DeclaredType<SizedSpec> =>
  defineResource({ type: `${type}.bench.dev`, namespace: 'default', fields });
const [Claim, Volume, Report] = [kind('Claims'), kind('Volumes'), kind('Reports')];
const types = new Map([Claim, Volume, Report].map((type) => [type.type, type]));

const volumes = defineController({
  name: 'volumes',
  ports: { claims: weak(Claim), volumes: exclusive(Volume) },
  async reconcile({ claims, volumes }) {
    for (const { metadata, spec } of await claims.list()) await volumes.set(metadata.id, { size: spec.size });
  },
});

const reports = defineController({
  name: 'reports',
  ports: { volumes: weak(Volume), reports: exclusive(Report) },
  async reconcile({ volumes, reports }) {
    for (const { metadata, spec } of await volumes.list()) await reports.set(metadata.id, { size: spec.size });
  },
});

/** Two controllers, six claims, and what is made of them: eighteen resources. */
async function play(sim: Simulation): Promise<void> {
  const { host, owner } = sim.node('node');
  const { clock, random } = host;
  const state = new MemoryState({ clock, random, types: { find: (name) => types.get(name) } });
  const runtime = new ControllerRuntime({ state, host: ownedHost(host, owner), owner });
  runtime.register(volumes);
  runtime.register(reports);
  runtime.start();
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await collection(state, Claim).create(id, { size: 1 });
  await sim.settle();
  if ((await state.list(Report)).length !== 6) throw new Error('not all was reported');
}

const SCENARIOS = 2000;

/** Whole runs of a scenario, each of another seed, from nothing to quiet. */
export async function scenarios(): Promise<Sample> {
  let steps = 0;
  const watch = begin();
  for (let seed = 0; seed < SCENARIOS; seed += 1) steps += (await simulate({ seed }, play)).steps;
  const sample = watch.perOp(SCENARIOS);
  return { ...sample, details: { points: (steps / SCENARIOS).toFixed(1) } };
}

/** A campaign of a thousand plans on the two. */
export async function thousandPlans(): Promise<Sample> {
  const kinds = ['crash', 'lost answer', 'refused'] as const;
  const plans = Array.from({ length: 1000 }, (_, index): Plan => {
    const controller = index % 2 === 0 ? 'volumes' : 'reports';
    return { kind: kinds[index % 3] ?? 'crash', controller, write: 1 + (index % 4) };
  });
  const steps = [
    (state: State) => collection(state, Claim).create('a', { size: 1 }),
    (state: State) => collection(state, Claim).create('b', { size: 1 }),
    (state: State) => collection(state, Claim).set('a', { size: 2 }),
  ];
  const watch = begin();
  const { struck, failures } = await perturb({ controllers: () => [volumes, reports], steps }, { plans });
  if (failures.length > 0) throw new Error('a plan failed');
  return { ...watch.perOp(1), details: { struck: String(struck) } };
}

/** Whether a history of 1,000 operations of eight clients can be told as one of operations one after the other. */
export async function linearize(): Promise<Sample> {
  const { value: history } = await simulate({ seed: 1 }, async (sim) => {
    const { clock, random } = sim.node('state').host;
    const state = new MemoryState({ clock, random, types: { find: () => undefined } });
    return exercise(sim, { connect: () => state, clients: 8, operations: 125, watchers: 0 });
  });
  const watch = begin();
  const violations = linearizable(history);
  const sample = watch.perOp(1);
  if (violations.length > 0) throw new Error('it is not linearizable');
  return { ...sample, details: { operations: String(history.operations.length) } };
}
