import type { Pace, Runner } from '../host.ts';

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 5;

/** Milliseconds that somebody may run on without being told on. */
const LONG = 50;

/** A pace that can be told of work which nobody sees when it asks. */
export interface IndebtedPace extends Pace {
  /** @param millis of work that the loop will have to do in this turn: what is handed to the network is sent at its end */
  owe(millis: number): void;
}

/**
 * One budget for all that share it. A slice begins with the first question after a turn of the loop; when it is
 * used up, all that ask wait for the next turn. They go on one after the other, in the order in which they asked and
 * as far as the slice goes: nobody starves, and a thousand that wait do not make one long turn.
 *
 * @param onLong hears of whoever ran on for more than 50 ms between two questions, once it is over
 */
export function realPace(onLong: (runner: Runner, millis: number) => void = () => undefined): IndebtedPace {
  let sliceStart: number | undefined;
  /** When somebody asked last in this slice: whoever asks next ran since then, or somebody who never asks. */
  let asked = 0;
  let owed = 0;
  let waiting: (() => void)[] = [];
  /** How many of them go on already. */
  let resumed = 0;

  const begin = (): void => {
    sliceStart = performance.now();
    asked = sliceStart;
    owed = 0;
    setImmediate(turned);
  };

  const turned = (): void => {
    sliceStart = undefined;
    if (waiting.length === 0) return;
    begin();
    resumeNext();
  };

  const resumeNext = (): void => {
    const resume = waiting[resumed];
    if (resume === undefined) {
      waiting = [];
      resumed = 0;
    } else if (sliceStart !== undefined && performance.now() - sliceStart + owed < SLICE) {
      resumed += 1;
      resume();
      // Behind what it does until it waits for something.
      queueMicrotask(resumeNext);
    }
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
      if (now - sliceStart + owed < SLICE) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    owe(millis) {
      if (sliceStart === undefined) begin();
      owed += millis;
    },
  };
}
