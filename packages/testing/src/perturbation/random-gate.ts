import type { Gate, Point, Timers } from '@cosi-ts/core';
import type { MemoryState } from '@cosi-ts/runtime';
import type { Simulation } from '../simulation/simulation.ts';
import { InjectedError, isWrite } from './disturbed-gate.ts';
import { LaggingView } from './lagging-view.ts';

/** One in so many writes, pulls and steps of a view is disturbed. */
const RARITY = 12;

/** Milliseconds for which news is kept back. */
const LATE = [200, 900, 1600];

/**
 * Disturbs controllers as the tape says, until it is told to be quiet: crashes, lost answers, refusals; news that comes
 * late, and old views.
 */
export class RandomGate implements Gate {
  readonly #gate: Gate;
  readonly #sim: Simulation;
  readonly #timers: Timers;
  readonly #crash: (controller: string) => void;
  readonly #views: LaggingView[] = [];
  #current: Point | undefined;
  #isQuiet = false;

  constructor(gate: Gate, sim: Simulation, timers: Timers, crash: (controller: string) => void) {
    this.#gate = gate;
    this.#sim = sim;
    this.#timers = timers;
    this.#crash = crash;
  }

  /** What a controller sees of the state: now and then it is old. */
  viewOf(controller: string, state: MemoryState): LaggingView {
    const view = new LaggingView({
      state,
      onStaleRead: () => this.#sim.reachable('a stale read'),
      isReading: () => this.#current?.actor === controller && !isWrite(this.#current),
      holds: ({ table }) => {
        if (!this.#draws(`old view of ${controller}`)) return false;
        this.#strike('an old view', controller, `does not see what changed of ${table}`);
        this.#timers.after(this.#late(), () => view.catchUp());
        return true;
      },
    });
    this.#views.push(view);
    return view;
  }

  /** From here on nothing is disturbed any more. */
  quiet(): void {
    this.#isQuiet = true;
    for (const view of this.#views) view.catchUp();
  }

  async pass(point: Point): Promise<void> {
    if (!this.#isQuiet) await this.#disturb(point);
    await this.#gate.pass(point);
    if (point.kind === 'call') this.#current = point;
  }

  #disturb({ kind, actor, label }: Point): Promise<void> | undefined {
    if (kind === 'pull' && this.#draws(`late news for ${actor}`)) {
      this.#strike('late news', actor, `is told late of ${label}`);
      return new Promise((resolve) => this.#timers.after(this.#late(), resolve));
    }
    if (kind === 'pull' || !isWrite({ kind, actor, label })) return undefined;
    if (kind === 'call' && this.#draws(`refuse ${actor}`)) {
      this.#strike('a refusal', actor, `${label} is refused`);
      throw new InjectedError(`refused: ${label}`);
    }
    if (kind === 'answer') this.#answer(actor, label);
    return undefined;
  }

  #answer(actor: string, label: string): void {
    const what = this.#sim.draw(`answer of ${actor}`, RARITY);
    if (what === RARITY - 1) {
      this.#strike('a lost answer', actor, `the answer to ${label} is lost`);
      throw new InjectedError(`the answer was lost: ${label}`);
    }
    if (what !== RARITY - 2) return;
    this.#strike('a crash', actor, `crash after ${label}`);
    queueMicrotask(() => this.#crash(actor));
  }

  #strike(what: string, controller: string, how: string): void {
    this.#sim.fault(controller, how);
    this.#sim.reachable(what);
  }

  #draws(what: string): boolean {
    return !this.#isQuiet && this.#sim.draw(what, RARITY) === RARITY - 1;
  }

  #late(): number {
    return LATE[this.#sim.draw('for how long', LATE.length)] ?? 0;
  }
}
