/** Code under simulation reached for the outside world, which no seed can replay. */
export class EscapeError extends Error {
  override readonly name = 'EscapeError';

  /** @param trap whose caller is to be named */
  constructor(what: string, cure: string, trap: (...args: never[]) => unknown) {
    super(what);
    Error.captureStackTrace(this, trap);
    this.message = `${callerOf(this.stack)} called ${what} in a simulation, which cannot be replayed: ${cure}`;
  }
}

export const CLOCK = 'take the clock of the host';
export const TIMERS = 'take the timers of the host';
export const RANDOM = 'take the random of the host';
export const NETWORK = 'take the rpc of the host';

/** The first frame of a stack that is not of Node itself: `refresh (src/cache.ts:12:5)`. */
function callerOf(stack = ''): string {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const frame = frames.find((line) => !/[ (]node:/.test(line)) ?? frames[0];
  return frame?.slice('    at '.length) ?? 'something';
}
