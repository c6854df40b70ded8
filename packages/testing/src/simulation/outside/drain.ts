/**
 * The one place that knows how to let promises settle. A simulation takes a macrotask of its own, and between
 * two steps runs every microtask there is: `process._tickCallback()` does that synchronously when it is called
 * from a macrotask (0.3 µs a step), and does nothing from inside a microtask. Where it is missing or does not
 * drain, each step takes a turn of the event loop (1.5 µs).
 */

/** How one turn is fenced off from the rest of the process. */
export interface TurnFence {
  enter(): void;
  leave(): void;
}

/** Steps after which the event loop gets a turn, so that a long run does not starve the test runner. */
const STEPS_PER_TURN = 5_000;

/** Calls `step`, and drains, until it returns false. */
export async function pump(step: () => boolean, fence: TurnFence): Promise<void> {
  for (;;) {
    const outcome = await turn(() => (canDrain() ? manySteps(step, fence) : oneStep(step, fence)));
    if (outcome === 'done') return;
  }
}

type Outcome = 'done' | 'more';

function manySteps(step: () => boolean, fence: TurnFence): Outcome {
  fence.enter();
  try {
    for (let count = 0; count < STEPS_PER_TURN; count += 1) {
      const goOn = step();
      drain();
      if (!goOn) return 'done';
    }
    return 'more';
  } finally {
    fence.leave();
  }
}

/** Without a drain the microtasks run after the fence was left: they are then not watched. */
function oneStep(step: () => boolean, fence: TurnFence): Outcome {
  fence.enter();
  try {
    return step() ? 'more' : 'done';
  } finally {
    fence.leave();
  }
}

function turn<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run());
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
  });
}

const tickCallback: unknown = (process as { readonly _tickCallback?: unknown })._tickCallback;

function drain(): void {
  if (typeof tickCallback === 'function') tickCallback.call(process);
}

let drains: boolean | undefined;

/** Tried once, from a macrotask. */
function canDrain(): boolean {
  if (drains !== undefined) return drains;
  let drained = false;
  void Promise.resolve().then(() => {
    drained = true;
  });
  drain();
  drains = drained;
  return drained;
}
