import assert from 'node:assert/strict';
import type { Host, HistoryOptions, Owner } from '@cosi-ts/core';
import type { Labels, ResourceType } from '@cosi-ts/resources';
import {
  collection,
  type Collection,
  type ControllerRuntime,
  type RuntimeObserver,
  type State,
} from '@cosi-ts/runtime';
import type { Simulation } from '../../simulation/simulation.ts';
import { CONFORMANCE_TYPES, Int, Str, type Value } from './types.ts';

/** What a controller runtime is made of for one rule. */
export interface RuntimeConditions {
  readonly sim: Simulation;
  readonly host: Host;
  /** Ends the runtime with it. */
  readonly owner: Owner;
  /** The types that the rules use. */
  readonly types: typeof CONFORMANCE_TYPES;
  /** How much the state shall remember for watches; undefined: whatever it does by itself. */
  readonly history: HistoryOptions | undefined;
  /** Has to hear what the runtime does. */
  readonly observer: RuntimeObserver;
}

/** An empty state and a runtime on it that is not started yet. */
export interface RuntimeSubject {
  readonly state: State;
  readonly runtime: Pick<ControllerRuntime, 'register' | 'start' | 'dependencyGraph' | 'cachedState'>;
}

export type MakeRuntime = (conditions: RuntimeConditions) => RuntimeSubject | Promise<RuntimeSubject>;

/** A runtime to try, and what the rules do with it. */
export interface RuntimeTrial extends RuntimeSubject {
  readonly sim: Simulation;
  readonly owner: Owner;
  readonly host: Host;
  /** What the observer heard so far. */
  readonly counts: Readonly<Counts>;
  readonly ints: Collection<Value<number>>;
  readonly strs: Collection<Value<string>>;
  /** Creates an int. */
  int(id: string, value: number, labels?: Labels): Promise<void>;
  /** What there is of a type, once everything has settled: `['one=1']`. */
  settled(type: AnyValueType): Promise<readonly string[]>;
}

/** Wake-ups, crashes, reads and writes of all controllers. */
export interface Counts {
  wakeups: number;
  crashes: number;
  reads: number;
  writes: number;
}

type AnyValueType = ResourceType<Value<string>> | ResourceType<Value<number>>;

/** Runs a rule on a runtime, and stops that after it. */
export async function tryOn(
  sim: Simulation,
  make: MakeRuntime,
  rule: (trial: RuntimeTrial) => Promise<void>,
  history?: HistoryOptions,
): Promise<void> {
  const { host, owner } = sim.node('runtime');
  const counts: Counts = { wakeups: 0, crashes: 0, reads: 0, writes: 0 };
  const observer: RuntimeObserver = {
    queued: () => void (counts.wakeups += 1),
    crashed: () => void (counts.crashes += 1),
    called: (_controller, kind) => void (counts[kind === 'read' ? 'reads' : 'writes'] += 1),
  };
  const { state, runtime } = await make({ sim, host, owner, types: CONFORMANCE_TYPES, history, observer });
  const ints = collection(state, Int);
  await rule({
    sim,
    owner,
    host,
    counts,
    state,
    runtime,
    ints,
    strs: collection(state, Str),
    int: async (id, value, labels) => void (await ints.create(id, { value }, { metadata: labels ? { labels } : {} })),
    async settled(type) {
      await sim.settle();
      return show(state, type);
    },
  });
  await owner.close();
  // The state outlives whoever worked on it.
  for (let namespace = 0; namespace < 4; namespace += 1) {
    await collection(state, Int.in(`after-${namespace}`)).create('xxx', { value: 0 });
    await collection(state, Str.in(`after-${namespace}`)).create('xxx', { value: '' });
  }
}

/** What there is of a type: `['one=1']`. */
export async function show(state: State, type: AnyValueType): Promise<readonly string[]> {
  const all = await state.list(type);
  return all.map(({ metadata, spec }) => `${metadata.id}=${(spec as Value<string | number>).value}`);
}

export async function assertGone(all: Collection<unknown>, id: string): Promise<void> {
  assert.equal(await all.find(id), undefined, `${id} is still there`);
}
