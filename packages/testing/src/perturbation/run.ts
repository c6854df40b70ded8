import { kindKey, type ResourceType } from '@cosi-ts/resources';
import type { State } from '@cosi-ts/runtime';
import { simulateReplay, type SimulationResult } from '../simulation/simulate.ts';
import type { Limits, Simulation } from '../simulation/simulation.ts';
import { DisturbedGate, isWrite } from './disturbed-gate.ts';
import { LaggingView, type Advance } from './lagging-view.ts';
import { contentsOf, observeResource, type RunOutcome } from './outcome.ts';
import { effectsOf, newsOf } from './news.ts';
import type { Occurrences, Plan } from './plan.ts';
import { comeToRest, untilRest } from './rest.ts';
import type { Scenario } from './scenario.ts';
import { setStage } from './stage.ts';

/** One run of a scenario under a plan, or under none. */
export interface Run {
  readonly outcome: RunOutcome;
  readonly occurrences: Occurrences;
  /** What it was about. */
  readonly types: readonly ResourceType[];
  /** Whether the plan's place was reached. */
  readonly hasStruck: boolean;
  /** Writes that controllers made after everything was at rest, when all of them were started anew. */
  readonly restless: number;
  /** Why the end is not what is wanted; undefined if it is, or nobody says what is. */
  readonly mismatch: string | undefined;
  /** Invariants that did not hold at some moment. */
  readonly violations: readonly string[];
  /** Writes of controllers that had crashed before. */
  readonly abandonedWrites: readonly string[];
}

/** What a run is to be, beside its scenario. */
export interface RunOptions {
  readonly plan?: Plan | undefined;
  /** Gives every controller a view of its own, to learn what its views are told. */
  readonly withViews?: boolean;
}

/** Simulated time after which controllers that are still at it are taken for a livelock. */
const REST = { within: 60 * 60_000, steps: 200_000 };

/** Simulated milliseconds after which all else counts as quiet: who needs the one that is held back may try for ever. */
const HELD = 60_000;

/** @throws SimulationError if the run does not come to rest, or a step fails */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  return (await tellScenario(scenario, options)).value;
}

/** The same, with the run's story. @throws SimulationError */
export function tellScenario(scenario: Scenario, options: RunOptions = {}): Promise<SimulationResult<Run>> {
  return runSchedule(scenario, [], REST, options);
}

/** One run of a scenario in an order that a tape gives. @throws SimulationError */
export function runSchedule(
  scenario: Scenario,
  choices: readonly number[],
  limits: Limits,
  options: RunOptions = {},
): Promise<SimulationResult<Run>> {
  return simulateReplay({ seed: 0, choices }, {}, (sim) => play(sim, scenario, limits, options));
}

async function play(
  sim: Simulation,
  scenario: Scenario,
  limits: Limits,
  { plan, withViews = false }: RunOptions,
): Promise<Run> {
  const { state, chronicle, types, controllers, run } = await setStage(sim, scenario);
  const advances = new Map<string, (Advance & { readonly step: number })[]>();
  const abandonedWrites: string[] = [];
  let step = 0;
  const crash = (controller: string): void => {
    gate.crashed(controller);
    runtime.crash(controller);
  };

  const viewOf = (controller: string): State | undefined => {
    const stale = plan?.kind === 'stale' && plan.controller === controller ? plan : undefined;
    if (stale === undefined && !withViews) return undefined;
    const taken: (Advance & { readonly step: number })[] = [];
    advances.set(controller, taken);
    const view = new LaggingView({
      state,
      isReading: () => gate.current?.actor === controller && !isWrite(gate.current),
      holds: (advance) => {
        taken.push({ ...advance, step });
        if (stale === undefined || advance.table !== stale.table) return false;
        if (taken.filter(({ table }) => table === stale.table).length !== stale.advance) return false;
        sim.fault(controller, `${stale.restart ? 'crashes, and ' : ''}does not see what changed of ${stale.table}`);
        gate.hold(stale.steps, () => view.catchUp());
        if (stale.restart) queueMicrotask(() => crash(controller));
        return true;
      },
      onStaleRead: () => void (gate.hasStruck = true),
    });
    return view;
  };

  let gate!: DisturbedGate;
  const runtime = run({
    gate: (own) =>
      (gate = new DisturbedGate({
        gate: own,
        plan,
        position: () => state.position,
        step: () => step,
        crash,
        note: (controller, what) => sim.fault(controller, what),
        onAbandonedWrite: (controller, label) => abandonedWrites.push(`${controller}: ${label}`),
      })),
    view: viewOf,
  });

  const settle = async (): Promise<void> => {
    const from = sim.now;
    const isDone = (): boolean =>
      sim.isQuiet() || chronicle.livelock !== undefined || (gate.isHolding && sim.now - from > HELD);
    await untilRest(sim, chronicle, isDone, limits);
    // Who is kept from hearing of something may well be in a loop until it does.
    if (chronicle.livelock !== undefined && !gate.isHolding) throw chronicle.livelock;
  };
  const rest = async (): Promise<void> => {
    chronicle.expectRest();
    await settle();
    while (gate.release()) {
      chronicle.livelock = undefined;
      chronicle.expectRest();
      await settle();
    }
    await comeToRest(settle, state, scenario.atRest);
    chronicle.expectChange();
  };
  await rest();
  for (const act of scenario.steps) {
    step += 1;
    await act(state);
    await rest();
    if (plan?.kind === 'restart' && plan.step === step) {
      gate.hasStruck = true;
      sim.fault(plan.controller, 'crashes at rest');
      crash(plan.controller);
      await rest();
    }
    await chronicle.check();
  }
  // Whatever is still held back is let go; then nothing disturbs any more.
  while (gate.isHolding) await rest();
  const end = await contentsOf(state, types, scenario.observe ?? observeResource);
  const outcome: RunOutcome = { end, lives: chronicle.copyOfLives() };
  const tables = new Map(types.map((type) => [`${type.type}(${type.namespace}/)`, kindKey(type)]));
  const hasEffect = effectsOf(chronicle.writes);
  const occurrences: Occurrences = {
    effectiveWrites: new Map(gate.effectiveWrites),
    pulls: newsOf(gate.pulls, ({ label }) => tables.get(label) ?? '', hasEffect),
    advances: newsOf(advances, ({ table }) => table, hasEffect),
    steps: scenario.steps.length,
  };

  let mismatch = await mismatchOf(scenario, state);
  const atRest = chronicle.observed;
  for (const { name } of controllers) crash(name);
  await rest();
  await chronicle.check();
  mismatch ??= await mismatchOf(scenario, state);
  const { hasStruck } = gate;
  const restless = chronicle.observed - atRest;
  return {
    outcome,
    occurrences,
    types,
    hasStruck,
    restless,
    mismatch,
    violations: [...chronicle.violations],
    abandonedWrites,
  };
}

async function mismatchOf({ matches }: Scenario, state: State): Promise<string | undefined> {
  try {
    await matches?.(state);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
