import { messageOf, type Host } from '@cosi-ts/core';
import type { StartContext } from '@cosi-ts/runtime';

/** Milliseconds between two looks at the machine. */
const INTERVAL = 5000;

/**
 * Wakes a controller now and then to look at the machine, which tells of no change by itself.
 * @returns asks the machine; undefined if it cannot tell, or there is none to ask
 */
export function observed<S>(system: S | undefined, { owner, wake, log }: StartContext, timers: Host['timers']) {
  if (system !== undefined) {
    let timer = timers.after(INTERVAL, tick, { background: true });
    function tick(): void {
      wake();
      timer = timers.after(INTERVAL, tick, { background: true });
    }
    owner.attach({ close: () => timer.cancel(), drop: () => timer.cancel() });
  }
  let lastError = '';
  return async <T>(ask: (system: S) => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = system && (await ask(system));
      lastError = '';
      return answer;
    } catch (thrown) {
      const error = messageOf(thrown);
      if (error !== lastError) log.warn('the machine does not tell', { error });
      lastError = error;
      return undefined;
    }
  };
}
