import type { Gate, Point } from '@cosi-ts/core';
import type { Plan } from './plan.ts';

/** An error that a plan put in the way of a controller. */
export class InjectedError extends Error {
  override readonly name = 'InjectedError';
}

const WRITES = new Set([
  'create',
  'set',
  'modify',
  'update',
  'teardown',
  'destroy',
  'addFinalizer',
  'removeFinalizer',
  'commit',
]);

/** Whether a point is of a call that may change the state. */
export function isWrite({ label }: Point): boolean {
  return WRITES.has(label.slice(0, label.indexOf(' ')));
}

/** A pull as it was seen. */
export interface Pulled {
  /** What was pulled, as the point says. */
  readonly label: string;
  /** Positions that it told of: behind the first, up to the second. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface DisturbedGateOptions {
  readonly gate: Gate;
  readonly plan: Plan | undefined;
  /** The state's position, which tells whether a write had an effect. */
  readonly position: () => number;
  /** The present step of the workload. */
  readonly step: () => number;
  readonly crash: (controller: string) => void;
  /** Tells the reader of the timeline. */
  readonly note: (controller: string, what: string) => void;
  /** A write of a controller that had crashed before it took effect. */
  readonly onAbandonedWrite: (controller: string, label: string) => void;
}

/**
 * The gate of a simulated node, with one plan in it: it counts what each controller does, and strikes where the plan
 * says. Between two points code runs to completion, so the position between a call and its answer tells its effect.
 */
export class DisturbedGate implements Gate {
  readonly effectiveWrites = new Map<string, number>();
  readonly pulls = new Map<string, Pulled[]>();
  /** Whether the plan's place was reached: a plan that never strikes proves nothing. */
  hasStruck = false;
  /** Whose call goes on at present. */
  current: Point | undefined;
  readonly #options: DisturbedGateOptions;
  readonly #before = new Map<string, { readonly position: number; readonly life: number }>();
  readonly #lives = new Map<string, number>();
  #held: (() => void) | undefined;
  #stepsLeft = 0;

  constructor(options: DisturbedGateOptions) {
    this.#options = options;
  }

  async pass(point: Point): Promise<void> {
    const life = this.#lifeOf(point.actor);
    if (point.kind === 'pull') await this.#pull(point);
    if (point.kind === 'call' && isWrite(point)) this.#refuse(point);
    if (point.kind === 'answer' && isWrite(point)) this.#answer(point);
    await this.#options.gate.pass(point);
    if (point.kind !== 'call') return;
    this.current = point;
    this.#before.set(`${point.actor} ${point.label}`, { position: this.#options.position(), life });
  }

  /** Whether a controller is kept from hearing something. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Keeps something back from now on. @param letGo ends that */
  hold(steps: number, letGo: () => void): void {
    this.#stepsLeft = steps;
    this.#held = letGo;
  }

  /** Called when all is quiet. Whether something was held back, which goes on now. */
  release(): boolean {
    if (this.#held === undefined) return false;
    if (this.#stepsLeft > 0) {
      this.#stepsLeft -= 1;
      return false;
    }
    const held = this.#held;
    this.#held = undefined;
    held();
    return true;
  }

  /** A controller crashes: what it was at is not its work any more. */
  crashed(controller: string): void {
    this.#lives.set(controller, this.#lifeOf(controller) + 1);
  }

  async #pull({ actor, label }: Point): Promise<void> {
    const { plan, position, step, note } = this.#options;
    const pulls = this.pulls.get(actor) ?? [];
    const from = pulls.findLast((pull) => pull.label === label)?.to ?? 0;
    pulls.push({ label, from, to: position(), step: step() });
    this.pulls.set(actor, pulls);
    if (plan?.kind !== 'skipped' || plan.controller !== actor || plan.pull !== pulls.length) return;
    this.hasStruck = true;
    note(actor, `is not told of ${label}`);
    await new Promise<void>((resolve) => {
      this.hold(plan.steps, () => {
        note(actor, `is told of ${label}`);
        resolve();
      });
    });
  }

  #refuse({ actor, label }: Point): void {
    const { plan, note } = this.#options;
    if (plan?.kind !== 'refused' || plan.controller !== actor || this.hasStruck) return;
    if ((this.effectiveWrites.get(actor) ?? 0) + 1 !== plan.write) return;
    this.hasStruck = true;
    note(actor, `${label} is refused`);
    throw new InjectedError(`refused: ${label}`);
  }

  #answer({ actor, label }: Point): void {
    const { plan, position, crash, note, onAbandonedWrite } = this.#options;
    const before = this.#before.get(`${actor} ${label}`);
    if (before === undefined || before.position === position()) return;
    if (before.life !== this.#lifeOf(actor)) onAbandonedWrite(actor, label);
    const write = (this.effectiveWrites.get(actor) ?? 0) + 1;
    this.effectiveWrites.set(actor, write);
    if (plan?.kind !== 'crash' && plan?.kind !== 'lost answer') return;
    if (plan.controller !== actor || plan.write !== write || this.hasStruck) return;
    this.hasStruck = true;
    if (plan.kind === 'lost answer') {
      note(actor, `the answer to ${label} is lost`);
      throw new InjectedError(`the answer was lost: ${label}`);
    }
    note(actor, `crash after ${label}`);
    // In a turn of its own: what crashes here is waiting for this very call.
    queueMicrotask(() => crash(actor));
  }

  #lifeOf(controller: string): number {
    return this.#lives.get(controller) ?? 0;
  }
}
