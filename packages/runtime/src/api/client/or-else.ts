import { UnsupportedError } from '../../state/errors.ts';

/** A call, or from the first time on that the server does not know it, what does the same with other calls. */
export function orElse<A extends unknown[], T>(
  call: (...given: A) => Promise<T>,
  otherwise: (...given: A) => Promise<T>,
): (...given: A) => Promise<T> {
  let isKnown = true;
  return async (...given) => {
    if (!isKnown) return otherwise(...given);
    try {
      return await call(...given);
    } catch (thrown) {
      if (!(thrown instanceof UnsupportedError)) throw thrown;
      isKnown = false;
      return otherwise(...given);
    }
  };
}
