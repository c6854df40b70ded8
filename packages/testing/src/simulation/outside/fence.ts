import type { TurnFence } from './drain.ts';
import { arm } from './traps.ts';

/**
 * What stands around each turn of a simulation: nothing gets out by way of a global, and what the code under
 * test fails to handle (a rejection, a listener that throws) is handed to `onEscape`.
 */
export function fence(onEscape: (thrown: unknown) => void): TurnFence {
  let others: NodeJS.UnhandledRejectionListener[] = [];
  let release = (): void => undefined;
  const listener = (thrown: unknown): void => onEscape(thrown);
  return {
    enter() {
      // Those of the test runner would report the same rejection once more, without the run that led to it.
      others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', listener);
      release = arm(onEscape);
    },
    leave() {
      release();
      process.removeListener('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    },
  };
}
