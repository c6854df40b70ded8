import type { Pace, Runner } from '../host.ts';

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 5;

/** Milliseconds that somebody may run on without being told on. */
const LONG = 50;

/**
 * One budget for all that share it. A slice begins with the first question after a turn of the loop; when it is
 * used up, all that ask wait for the next turn. Each turn begins with somebody else, so that nobody starves.
 *
 * @param onLong hears of whoever ran on for more than 50 ms between two questions, once it is over
 */
export function realPace(onLong: (runner: Runner, millis: number) => void = () => undefined): Pace {
  let sliceStart: number | undefined;
  /** When somebody asked last in this slice: whoever asks next ran since then, or somebody who never asks. */
  let asked = 0;
  let waiting: (() => void)[] = [];

  const begin = (): void => {
    sliceStart = performance.now();
    asked = sliceStart;
    setImmediate(turned);
  };

  const turned = (): void => {
    sliceStart = undefined;
    const [first, ...others] = waiting;
    if (first === undefined) return;
    waiting = [];
    begin();
    for (const resume of others) resume();
    first();
  };

  return {
    yield(runner) {
      if (sliceStart === undefined) {
        begin();
        return undefined;
      }
      const now = performance.now();
      const ran = now - asked;
      asked = now;
      if (ran > LONG && runner !== undefined) onLong(runner, ran);
      if (waiting.length === 0 && now - sliceStart < SLICE) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
}
