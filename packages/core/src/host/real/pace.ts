import type { Pace } from '../host.ts';

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 5;

/**
 * One budget for all that share it. A slice begins with the first question after a turn of the loop; when it is
 * used up, all that ask wait for the next turn. Each turn begins with somebody else, so that nobody starves.
 */
export function realPace(): Pace {
  let sliceStart: number | undefined;
  let waiting: (() => void)[] = [];

  const turned = (): void => {
    sliceStart = undefined;
    const [first, ...others] = waiting;
    waiting = [];
    for (const resume of others) resume();
    first?.();
  };

  return {
    yield() {
      if (sliceStart === undefined) {
        sliceStart = performance.now();
        setImmediate(turned);
        return undefined;
      }
      if (waiting.length === 0 && performance.now() - sliceStart < SLICE) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
}
