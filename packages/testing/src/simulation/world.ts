import type { FaultKind, FaultProfile } from './faults.ts';
import type { Tape } from './tape.ts';
import { TimerQueue, type Alarm } from './timer-queue.ts';
import type { Trace } from './trace.ts';

/** One life of a simulated process: what belongs to it vanishes when it ends. */
export interface Life {
  readonly name: string;
  ended: boolean;
}

/** Something that could happen now. */
export interface Action {
  readonly life: Life;
  readonly label: string;
  readonly run: () => void;
}

/** Something that becomes possible later. */
export interface SimTimer extends Alarm {
  readonly action: Action;
  /** Not worth waiting for: it does not keep the simulation from being settled. */
  readonly isBackground: boolean;
}

/**
 * What can happen, now and later. It moves one step at a time: an action is taken from those that could happen
 * now, by the tape, and runs to completion; whoever drives it drains the microtasks before the next step.
 */
export class World {
  readonly tape: Tape;
  readonly trace: Trace;
  readonly timers = new TimerQueue<SimTimer>();
  /** What may go wrong from now on. */
  faults: FaultProfile;
  /** What escaped from the code under test; the run ends with it. */
  failure: { readonly thrown: unknown } | undefined;
  /** Milliseconds since the simulation began. */
  now = 0;
  steps = 0;
  /** Asked before each step while crashes are among the faults. */
  beforeStep: () => void = () => undefined;
  #ready: Action[] = [];
  #foreground = 0;
  #order = 0;

  constructor(tape: Tape, trace: Trace, faults: FaultProfile) {
    this.tape = tape;
    this.trace = trace;
    this.faults = faults;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  get ready(): readonly Action[] {
    return this.#ready;
  }

  /** Nothing can happen now, and nothing will but for background timers. */
  get isQuiet(): boolean {
    return this.#ready.length === 0 && this.#foreground === 0;
  }

  /** Whether time may pass: nothing can happen now, but something will. */
  get hasTimers(): boolean {
    return this.timers.size > 0;
  }

  /** Lets `action` happen from now on. */
  enqueue(action: Action): void {
    if (!action.life.ended) this.#ready.push(action);
  }

  /** Takes an action back that did not happen yet. */
  withdraw(action: Action): void {
    const index = this.#ready.indexOf(action);
    if (index >= 0) this.#ready.splice(index, 1);
  }

  /** Lets `action` happen in `millis` milliseconds (at least one, in whole ones, as timers do). */
  after(millis: number, action: Action, isBackground = false): SimTimer {
    const due = this.now + Math.max(1, Math.ceil(millis));
    this.#order += 1;
    const timer: SimTimer = { due, order: this.#order, slot: -1, action, isBackground };
    if (action.life.ended) return timer;
    this.timers.add(timer);
    if (!isBackground) this.#foreground += 1;
    return timer;
  }

  cancel(timer: SimTimer): void {
    if (!this.timers.remove(timer)) this.withdraw(timer.action);
    else if (!timer.isBackground) this.#foreground -= 1;
  }

  /** Draws whether a fault happens here; if so, the timeline tells. */
  draw(kind: FaultKind, who: string, what: string): boolean {
    if (this.tape.choose(kind, 2, this.faults[kind]) === 0) return false;
    this.note(who, `fault: ${what}`);
    return true;
  }

  /** Tells the reader of the timeline something. */
  note(who: string, label: string): void {
    this.trace.add({ at: this.now, who, label });
  }

  /** Everything of a life vanishes: what could happen, and what would have. */
  end(life: Life): void {
    life.ended = true;
    this.#ready = this.#ready.filter((action) => action.life !== life);
    // A list of its own: cancelling moves the others about in the queue.
    const timers = this.timers.values().filter((timer) => timer.action.life === life);
    for (const timer of timers.toArray()) this.cancel(timer);
  }

  /** Takes one of the actions that could happen now. False if there is none. */
  step(): boolean {
    if (this.faults.crash > 0) this.beforeStep();
    const count = this.#ready.length;
    if (count === 0) return false;
    const choice = this.tape.choose('next', count, this.faults.disorder);
    const action = choice === 0 ? this.#ready.shift() : this.#ready.splice(choice, 1)[0];
    if (action === undefined) return false;
    this.steps += 1;
    this.trace.add({ at: this.now, who: action.life.name, label: action.label, choice, count });
    try {
      action.run();
    } catch (thrown) {
      this.failure ??= { thrown };
    }
    return true;
  }

  /** Moves the clock to the next timer, or to `limit` if none is due until then. False if it got no further. */
  passTime(limit: number): boolean {
    const { first } = this.timers;
    if (first === undefined || first.due > limit) {
      if (limit === Number.POSITIVE_INFINITY || this.now >= limit) return false;
      this.now = limit;
      return true;
    }
    this.now = first.due;
    for (let timer = this.timers.first; timer?.due === this.now; timer = this.timers.first) {
      this.timers.remove(timer);
      if (!timer.isBackground) this.#foreground -= 1;
      this.#ready.push(timer.action);
    }
    return true;
  }
}
