import type { Gate, Point } from '@cosi-ts/core';
import type { Simulation } from '../simulation/simulation.ts';
import { InjectedError, isWrite } from './disturbed-gate.ts';

/** One in so many writes is disturbed. */
const RARITY = 12;

/** Disturbs writes as the tape says, until it is told to be quiet: crashes, lost answers, refusals. */
export class RandomGate implements Gate {
  readonly #gate: Gate;
  readonly #sim: Simulation;
  readonly #crash: (controller: string) => void;
  #isQuiet = false;

  constructor(gate: Gate, sim: Simulation, crash: (controller: string) => void) {
    this.#gate = gate;
    this.#sim = sim;
    this.#crash = crash;
  }

  /** From here on nothing is disturbed any more. */
  quiet(): void {
    this.#isQuiet = true;
  }

  async pass(point: Point): Promise<void> {
    if (!this.#isQuiet && isWrite(point)) this.#disturb(point);
    await this.#gate.pass(point);
  }

  #disturb({ kind, actor, label }: Point): void {
    if (kind === 'call' && this.#sim.choose(`refuse ${actor}`, RARITY) === RARITY - 1) {
      throw new InjectedError(`refused: ${label}`);
    }
    if (kind !== 'answer') return;
    const what = this.#sim.choose(`answer of ${actor}`, RARITY);
    if (what === RARITY - 1) throw new InjectedError(`the answer was lost: ${label}`);
    if (what === RARITY - 2) queueMicrotask(() => this.#crash(actor));
  }
}
