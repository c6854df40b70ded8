import { ownedHost } from '@cosi-ts/core';
import { pointerText, type Resource, type ResourceType } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState } from '@cosi-ts/runtime';
import { simulate, type SimulationResult } from '../simulation/simulate.ts';
import type { Limits, Simulation } from '../simulation/simulation.ts';
import { DisturbedGate } from './disturbed-gate.ts';
import { contentsOf, observeResource, type RunOutcome } from './outcome.ts';
import type { Occurrences, Plan } from './plan.ts';
import { comeToRest } from './rest.ts';
import { typesOf, type Scenario } from './scenario.ts';

/** So that the count of lives misses nothing. */
const HISTORY = { initialCapacity: 1024, maxCapacity: 1_048_576, gap: 0 };

/** One run of a scenario under a plan, or under none. */
export interface Run {
  readonly outcome: RunOutcome;
  readonly occurrences: Occurrences;
  /** Whether the plan's place was reached. */
  readonly hasStruck: boolean;
  /** Writes that controllers made after everything was at rest, when all of them were started anew. */
  readonly restless: number;
}

/** Simulated time after which controllers that are still at it are taken for a livelock. */
const REST = { within: 60 * 60_000, steps: 200_000 };

/** Simulated milliseconds after which all else counts as quiet: who needs the one that is held back may try for ever. */
const HELD = 60_000;

/** @throws SimulationError if the run does not come to rest, an invariant fails, or a step does */
export async function runScenario(scenario: Scenario, plan: Plan | undefined): Promise<Run> {
  const { value } = await runSchedule(scenario, [], REST, plan);
  return value;
}

/** One run of a scenario in an order that a tape gives. @throws SimulationError */
export function runSchedule(
  scenario: Scenario,
  choices: readonly number[],
  limits: Limits,
  plan?: Plan,
): Promise<SimulationResult<Run>> {
  const types = typesOf(scenario);
  return simulate({ choices }, (sim) => play(sim, scenario, types, limits, plan));
}

async function play(
  sim: Simulation,
  scenario: Scenario,
  types: readonly ResourceType[],
  limits: Limits,
  plan: Plan | undefined,
): Promise<Run> {
  const { host, owner } = sim.node('node');
  const byName = new Map(types.map((type) => [type.type, type]));
  const state = new MemoryState({
    clock: host.clock,
    random: host.random,
    types: { find: (name) => byName.get(name) },
    history: HISTORY,
  });
  const lives = await followLives(state, types);
  const { gate } = host;
  if (gate === undefined) throw new Error('a simulated host has a gate');
  const disturbed = new DisturbedGate({
    gate,
    plan,
    position: () => state.position,
    crash: (controller) => runtime.crash(controller),
  });
  const runtime = new ControllerRuntime({ state, host: { ...ownedHost(host, owner), gate: disturbed }, owner });
  const controllers = scenario.controllers();
  for (const controller of controllers) runtime.register(controller);
  runtime.start();

  const settle = (): Promise<void> => {
    const from = sim.now;
    return sim.until('rest', () => sim.isQuiet() || (disturbed.isHolding && sim.now - from > HELD), limits);
  };
  const rest = async (): Promise<void> => {
    await settle();
    if (disturbed.release()) await settle();
    await comeToRest(settle, state, scenario.atRest);
  };
  await rest();
  for (const [index, step] of scenario.steps.entries()) {
    await step(state);
    await rest();
    if (plan?.kind === 'restart' && plan.step === index + 1) {
      disturbed.hasStruck = true;
      runtime.crash(plan.controller);
      await rest();
    }
    await scenario.invariant?.(state);
  }
  // Whatever is still held back is let go; then nothing disturbs any more.
  for (let held = 0; held < 3; held += 1) await rest();
  const end = await contentsOf(state, types, scenario.observe ?? observeResource);
  const outcome: RunOutcome = { end, lives: new Map([...lives].map(([key, counts]) => [key, { ...counts }])) };
  const occurrences: Occurrences = {
    effectiveWrites: new Map(disturbed.effectiveWrites),
    pulls: new Map(disturbed.pulls),
    steps: scenario.steps.length,
  };

  const atRest = state.position;
  for (const { name } of controllers) runtime.crash(name);
  await rest();
  await scenario.invariant?.(state);
  return { outcome, occurrences, hasStruck: disturbed.hasStruck, restless: state.position - atRest };
}

/** Counts what is created and destroyed, from now on. */
async function followLives(state: MemoryState, types: readonly ResourceType[]): Promise<RunOutcome['lives']> {
  const lives = new Map<string, { created: number; destroyed: number }>();
  const count = (resource: Resource, what: 'created' | 'destroyed'): void => {
    const key = pointerText(resource.metadata);
    const counts = lives.get(key) ?? { created: 0, destroyed: 0 };
    counts[what] += 1;
    lives.set(key, counts);
  };
  for (const type of types) {
    const watch = await state.watchKind(type);
    void (async () => {
      for await (const batch of watch) {
        for (const event of batch) {
          if (event.type === 'created' || event.type === 'destroyed') count(event.resource, event.type);
        }
      }
    })();
  }
  return lives;
}
