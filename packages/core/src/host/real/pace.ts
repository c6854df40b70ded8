import type { Pace, Runner } from '../host.ts';

/**
 * Milliseconds of work between two turns of the event loop. A call over a socket takes some seven turns: that is what it
 * waits for while the process is busy. A turn costs work some 20 µs.
 */
const SLICE = 2;

/** Milliseconds that somebody may run on without being told on. */
const LONG = 50;

/** A pace that can be told of work which nobody sees when it asks. */
export interface IndebtedPace extends Pace {
  /** @param millis of work that the loop will have to do in this turn: what is handed to the network is sent at its end */
  owe(millis: number): void;
}

type OnLong = (runner: Runner, millis: number, others: readonly Runner[]) => void;

/** Of so many that asked last one is the one that ran long, if it is not the one that asks. */
const SUSPECTS = 8;

/**
 * One budget for all that share it. A slice begins with the first question after a turn of the loop; when it is
 * used up, all that ask wait for the next turn. They go on one after the other, in the order in which they asked and
 * as far as the slice goes: nobody starves, and a thousand that wait do not make one long turn.
 *
 * @param onLong hears, once it is over, of more than 50 ms between two questions: of whoever asks then, and of those who
 * asked last before, since what they went on with may have come first
 */
export function realPace(onLong: OnLong = () => undefined): IndebtedPace {
  let sliceStart: number | undefined;
  /** When somebody asked last in this slice: whoever asks next ran since then, or somebody who never asks. */
  let asked = 0;
  let owed = 0;
  const lately = Array.from({ length: SUSPECTS }, (): Runner | undefined => undefined);
  let questions = 0;
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

  const othersOf = (runner: Runner): readonly Runner[] => {
    const others = new Map(lately.flatMap((other) => (other === undefined ? [] : [[other.name, other] as const])));
    others.delete(runner.name);
    return [...others.values()];
  };

  const resumeNext = (): void => {
    const resume = waiting[resumed];
    if (resume === undefined) {
      waiting = [];
      resumed = 0;
      return;
    }
    const now = performance.now();
    if (sliceStart !== undefined && now - sliceStart + owed < SLICE) {
      asked = now;
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
        lately.fill(undefined);
        lately[0] = runner;
        return undefined;
      }
      const now = performance.now();
      const ran = now - asked;
      asked = now;
      if (runner !== undefined) {
        if (ran > LONG) onLong(runner, ran, othersOf(runner));
        lately[questions % SUSPECTS] = runner;
        questions += 1;
      }
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
