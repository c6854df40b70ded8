import { ownedHost, type Gate, type HistoryOptions, type Timers } from '@cosi-ts/core';
import { type ResourceType } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, type Controller, type State } from '@cosi-ts/runtime';
import type { Simulation } from '../simulation/simulation.ts';
import { Chronicle } from './chronicle.ts';
import { describeResource, describeWrite, writerOf } from './livelock.ts';
import { typesOf, type Scenario } from './scenario.ts';

/** What controllers are run on. */
export interface Stage {
  readonly state: MemoryState;
  readonly chronicle: Chronicle;
  readonly timers: Timers;
  /** Of the controllers' ports, and others. */
  readonly types: readonly ResourceType[];
  readonly controllers: readonly Controller[];
  /** Registers the controllers, and starts them behind a gate. */
  run(disturb: Disturbance): ControllerRuntime;
}

export interface Disturbance {
  /** What stands in front of the simulation's own gate. */
  readonly gate: (own: Gate) => Gate;
  /** What a controller reads and writes through in place of the state. */
  readonly view?: ((controller: string) => State | undefined) | undefined;
}

/** So that the count of lives misses nothing. */
const HISTORY: HistoryOptions = { initialCapacity: 64, maxCapacity: 1_048_576, gap: 0 };

/** A node with a state, whose last contents a failure shows. */
export async function setStage(
  sim: Simulation,
  scenario: Pick<Scenario, 'controllers' | 'setting' | 'types' | 'invariant' | 'observe'>,
): Promise<Stage> {
  const { host, owner } = sim.node('node');
  await scenario.setting?.(sim, host);
  const controllers = scenario.controllers(ownedHost(host, owner));
  const types = typesOf(controllers, scenario.types);
  const byName = new Map(types.map((type) => [type.type, type]));
  const { clock, random, gate } = host;
  const lookup = { find: (name: string) => byName.get(name) };
  const state = new MemoryState({ clock, random, types: lookup, history: HISTORY });
  const chronicle = new Chronicle(state, scenario, sim);
  sim.remarkAtFailure(() =>
    chronicle.writes.map((written) => {
      const { at, place } = written;
      return { at, place, who: writerOf(written), label: describeWrite(written) };
    }),
  );
  await chronicle.follow(types);
  sim.showAtFailure('resources at the end', () => contentsInLines(state, types));
  if (gate === undefined) throw new Error('a simulated host has a gate');
  const run = (disturb: Disturbance): ControllerRuntime => {
    const disturbed = { ...ownedHost(host, owner), gate: disturb.gate(gate) };
    const runtime = new ControllerRuntime({ state, host: disturbed, owner, view: disturb.view });
    for (const controller of controllers) runtime.register(controller);
    runtime.start();
    return runtime;
  };
  return { state, chronicle, timers: host.timers, types, controllers, run };
}

function contentsInLines(state: MemoryState, types: readonly ResourceType[]): readonly string[] {
  return types.flatMap((type) => {
    const cursor = state.changes(type);
    const { changed } = cursor.pull() ?? { changed: [] };
    cursor.close();
    return changed.flatMap(({ value }) => (value === undefined ? [] : [describeResource(value)]));
  });
}
