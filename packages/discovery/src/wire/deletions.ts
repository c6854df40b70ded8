import { encodeDeletion } from './entries.ts';

const CAPACITY = 1024;

/**
 * Encodes deletions, each once for all watchers that hear of it around the same time: it follows from the id alone, so
 * what is kept never becomes wrong, and is forgotten all at once when it grows large.
 */
export function deletionEncoder(): (id: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    if (known.size >= CAPACITY) known.clear();
    const deletion = encodeDeletion(id);
    known.set(id, deletion);
    return deletion;
  };
}
