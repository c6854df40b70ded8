import type { TurnFence } from './drain.ts';

/** Hands what escapes from the code under test in a turn, as an unhandled rejection, to `onEscape`. */
export function fence(onEscape: (thrown: unknown) => void): TurnFence {
  let others: NodeJS.UnhandledRejectionListener[] = [];
  const listener = (thrown: unknown): void => onEscape(thrown);
  return {
    enter() {
      // Those of the test runner would report the same rejection once more, without the run that led to it.
      others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', listener);
    },
    leave() {
      process.removeListener('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    },
  };
}
