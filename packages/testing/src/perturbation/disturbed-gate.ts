import type { Gate, Point } from '@cosi-ts/core';
import type { Plan } from './plan.ts';

/** An error that a plan put in the way of a controller. */
export class InjectedError extends Error {
  override readonly name = 'InjectedError';
}

const WRITES = new Set(['create', 'set', 'modify', 'teardown', 'destroy', 'addFinalizer', 'removeFinalizer']);

/** Whether a point is of a call that may change the state. */
export function isWrite({ label }: Point): boolean {
  return WRITES.has(label.slice(0, label.indexOf(' ')));
}

export interface DisturbedGateOptions {
  readonly gate: Gate;
  readonly plan: Plan | undefined;
  /** The state's position, which tells whether a write had an effect. */
  readonly position: () => number;
  readonly crash: (controller: string) => void;
}

/**
 * The gate of a simulated node, with one plan in it: it counts what each controller does, and strikes where the plan
 * says. Between two points code runs to completion, so the position between a call and its answer tells its effect.
 */
export class DisturbedGate implements Gate {
  readonly effectiveWrites = new Map<string, number>();
  readonly pulls = new Map<string, number>();
  /** Whether the plan's place was reached: a plan that never strikes proves nothing. */
  hasStruck = false;
  readonly #options: DisturbedGateOptions;
  readonly #before = new Map<string, number>();
  #held: (() => void) | undefined;
  #stepsLeft = 0;

  constructor(options: DisturbedGateOptions) {
    this.#options = options;
  }

  async pass(point: Point): Promise<void> {
    if (point.kind === 'pull') await this.#pull(point);
    if (point.kind === 'call' && isWrite(point)) this.#refuse(point);
    if (point.kind === 'answer' && isWrite(point)) this.#answer(point);
    await this.#options.gate.pass(point);
    if (point.kind === 'call') this.#before.set(`${point.actor} ${point.label}`, this.#options.position());
  }

  /** Whether a controller is kept from hearing something. */
  get isHolding(): boolean {
    return this.#held !== undefined;
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

  async #pull({ actor }: Point): Promise<void> {
    const { plan } = this.#options;
    const pull = (this.pulls.get(actor) ?? 0) + 1;
    this.pulls.set(actor, pull);
    if (plan?.kind !== 'skipped' || plan.controller !== actor || plan.pull !== pull) return;
    this.hasStruck = true;
    this.#stepsLeft = plan.steps;
    await new Promise<void>((resolve) => {
      this.#held = resolve;
    });
  }

  #refuse({ actor, label }: Point): void {
    const { plan } = this.#options;
    if (plan?.kind !== 'refused' || plan.controller !== actor || this.hasStruck) return;
    if ((this.effectiveWrites.get(actor) ?? 0) + 1 !== plan.write) return;
    this.hasStruck = true;
    throw new InjectedError(`refused: ${label}`);
  }

  #answer({ actor, label }: Point): void {
    const { plan, position, crash } = this.#options;
    const key = `${actor} ${label}`;
    if (this.#before.get(key) === position()) return;
    const write = (this.effectiveWrites.get(actor) ?? 0) + 1;
    this.effectiveWrites.set(actor, write);
    if (plan === undefined || plan.kind === 'skipped' || plan.kind === 'restart' || plan.kind === 'refused') return;
    if (plan.controller !== actor || plan.write !== write || this.hasStruck) return;
    this.hasStruck = true;
    if (plan.kind === 'lost answer') throw new InjectedError(`the answer was lost: ${label}`);
    // In a turn of its own: what crashes here is waiting for this very call.
    queueMicrotask(() => crash(actor));
  }
}
