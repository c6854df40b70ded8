import { messageOf, type Host } from '@cosi-ts/core';
import type { StartContext } from '@cosi-ts/runtime';
import { alarm } from './alarm.ts';

/** Milliseconds between two looks at the machine. */
const INTERVAL = 5000;

/**
 * Wakes a controller now and then to look at the machine, which tells of no change by itself.
 * @returns asks the machine; undefined if it cannot tell, or there is none to ask
 */
export function observed<S>(system: S | undefined, context: StartContext, timers: Host['timers']) {
  if (system !== undefined) {
    const again = alarm({ owner: context.owner, wake: tick }, timers);
    function tick(): void {
      context.wake();
      again.set(INTERVAL);
    }
    again.set(INTERVAL);
  }
  return asking(system, context.log);
}

/**
 * Asks the machine; what it does not tell is logged when it begins, and not again until it tells something else.
 * @returns undefined if it cannot tell, or there is none to ask
 */
export function asking<S>(system: S | undefined, log: StartContext['log']) {
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
