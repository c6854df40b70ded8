/**
 * A function whose results are kept by argument, for results that follow from the argument alone and are worth
 * sharing while it is in use. They are forgotten all at once when there are too many: nothing is kept in order for it.
 */
export function memo<K, V>(capacity: number, make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= capacity) known.clear();
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
