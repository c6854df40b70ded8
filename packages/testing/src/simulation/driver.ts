import { formatDuration } from '@cosi-ts/core';
import type { World } from './world.ts';

/** How long a verb may go on before it is taken for stuck. */
export interface Budget {
  /** Milliseconds of simulated time. */
  readonly within: number;
  readonly steps: number;
}

/** A verb that the scenario waits for. */
interface Request {
  readonly verb: string;
  /** Asked before each step. */
  readonly isDone: () => boolean;
  /** The clock goes no further. */
  readonly horizon: number;
  /** Whether it may give up when nothing can happen any more. */
  readonly endsWhenIdle: boolean;
  readonly lastStep: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The scenario, or one of its verbs, waits for what does not happen. */
export class StuckError extends Error {
  override readonly name: string = 'StuckError';
}

/**
 * Moves a world on behalf of a scenario: step by step as long as the scenario waits for a verb, or for anything
 * else that only a moving world can bring.
 */
export class Driver {
  readonly #world: World;
  readonly #budget: Budget;
  #request: Request | undefined;
  #outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;
  /** Where the scenario began to wait for something that is no verb. */
  #freeSince = { at: 0, steps: 0 };

  constructor(world: World, budget: Budget) {
    this.#world = world;
    this.#budget = budget;
  }

  get isFinished(): boolean {
    return this.#outcome !== undefined;
  }

  /** Runs a scenario's first part; the rest runs as the world moves. */
  begin(scenario: () => Promise<unknown>): void {
    scenario().then(
      (value) => void (this.#outcome = { value }),
      (error: unknown) => void (this.#outcome ??= { error }),
    );
  }

  /** What the scenario returned. @throws what it threw, or what escaped from the code under test */
  result(): unknown {
    if (this.#world.failure !== undefined) throw this.#world.failure.thrown;
    const outcome = this.#outcome ?? { error: new Error('the scenario did not finish') };
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** One step; false when the run is over. The caller drains the microtasks after each. */
  step(): boolean {
    const world = this.#world;
    if (this.#outcome !== undefined || world.failure !== undefined) return false;
    const request = this.#request;
    if (request === undefined) return this.#stepFreely();
    if (request.isDone()) return this.#answer(request);
    if (world.steps >= request.lastStep) return this.#refuse(request, `${this.#budget.steps} steps`);
    if (world.step() || world.passTime(request.horizon)) return true;
    // A crash may have ended what could have happened.
    if (request.endsWhenIdle || request.isDone()) return this.#answer(request);
    return this.#refuse(request, world.hasTimers ? 'its budget of simulated time' : 'the end of everything');
  }

  /** Moves the world until `isDone`. */
  request(
    verb: string,
    isDone: () => boolean,
    options: { readonly horizon?: number; readonly endsWhenIdle?: boolean; readonly budget?: Partial<Budget> } = {},
  ): Promise<void> {
    const other = this.#request;
    if (other !== undefined) throw new Error(`${verb} was asked for while ${other.verb} is still going on: await it`);
    const { now, steps } = this.#world;
    const budget = { ...this.#budget, ...options.budget };
    return new Promise((resolve, reject) => {
      this.#request = {
        verb,
        isDone,
        horizon: options.horizon ?? now + budget.within,
        endsWhenIdle: options.endsWhenIdle ?? false,
        lastStep: steps + budget.steps,
        resolve,
        reject,
      };
    });
  }

  #answer(request: Request): boolean {
    this.#finish();
    request.resolve();
    return true;
  }

  #refuse(request: Request, limit: string): boolean {
    this.#finish();
    request.reject(new StuckError(`${request.verb} was not reached within ${limit}`));
    return true;
  }

  #finish(): void {
    this.#request = undefined;
    this.#freeSince = { at: this.#world.now, steps: this.#world.steps };
  }

  #stepFreely(): boolean {
    const world = this.#world;
    const { at, steps } = this.#freeSince;
    const { within, steps: maxSteps } = this.#budget;
    if (world.steps - steps < maxSteps && (world.step() || (world.hasTimers && world.passTime(at + within))))
      return true;
    const why = world.hasTimers
      ? `did not happen within ${formatDuration(within)} or ${maxSteps} steps`
      : 'cannot happen';
    this.#outcome = { error: new StuckError(`the scenario waits for something that ${why}`) };
    return false;
  }
}
