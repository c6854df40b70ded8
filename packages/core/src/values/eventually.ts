/** A value, or a promise of one. Whoever has it at once spares everybody who asks the promise, and the wait for it. */
export type Eventually<T> = T | Promise<T>;

/** Goes on with a value: now, if it is there. What `use` throws then is thrown now. */
export function andThen<T, U>(value: Eventually<T>, use: (value: T) => Eventually<U>): Eventually<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** All values, in their order: now, if all are there. */
export function allOf<T>(values: readonly Eventually<T>[]): Eventually<readonly T[]> {
  const isAllThere = !values.some((value) => value instanceof Promise);
  return isAllThere ? (values as readonly T[]) : Promise.all(values.map(async (value) => value));
}

/** What `run` gives; if it fails, now or later, what `recover` makes of the error. */
export function recovered<T>(run: () => Eventually<T>, recover: (thrown: unknown) => Eventually<T>): Eventually<T> {
  try {
    const value = run();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (thrown) {
    return recover(thrown);
  }
}

/** For those who want a promise in any case: of the value, or of the error. */
export function promised<T>(run: () => Eventually<T>): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (thrown) {
    return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown }));
  }
}
