/**
 * A function whose results are kept by argument, for results that follow from the argument alone and are worth
 * sharing while it is in use. They are forgotten all at once when there are too many: nothing is kept in order for it.
 *
 * @param keyOf what tells arguments apart, if not they themselves
 */
export function memo<A, V>(
  capacity: number,
  make: (argument: A) => V,
  keyOf?: (argument: A) => unknown,
): (argument: A) => V {
  const known = new Map<unknown, V>();
  return (argument) => {
    const key = keyOf === undefined ? argument : keyOf(argument);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= capacity) known.clear();
    const made = make(argument);
    known.set(key, made);
    return made;
  };
}
