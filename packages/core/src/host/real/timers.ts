import type { Timers } from '../host.ts';

/** The most that a timer of Node takes; it would fire at once for more. */
const LONGEST = 2 ** 31 - 1;

export const realTimers: Timers = {
  after(millis, fire, { background = false } = {}) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const step = Math.min(left, LONGEST);
      timer = setTimeout(() => (left > step ? wait(left - step) : fire()), step);
      if (background) timer.unref();
    };
    wait(millis);
    return { cancel: () => clearTimeout(timer) };
  },
};
