import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { differences, searchedDifferences, type Differences } from './differences.ts';

const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '"]; throw 1; //'), fc.string());
const value = fc.constantFrom(undefined, null, '', 'x', 0);

function seen(visitDifferences: Differences, object: Record<string, unknown>, before: Record<string, unknown>) {
  const visited: unknown[] = [];
  visitDifferences(object, before, (...args) => visited.push(args), 'at');
  return visited;
}

describe('differences', () => {
  test.prop([fc.uniqueArray(name, { maxLength: 5 }), fc.infiniteStream(value), fc.infiniteStream(value)])(
    'are the same with the code written out, whatever the names are',
    (names, values, others) => {
      const objectOf = (from: fc.Stream<unknown>) => Object.fromEntries(names.map((one) => [one, from.next().value]));
      const [object, before] = [objectOf(values), objectOf(others)];
      const visited = seen(differences(names), object, before);
      expect(visited).toEqual(seen(searchedDifferences(names), object, before));
      expect(visited).toHaveLength(
        names.filter((one) => object[one] !== undefined && object[one] !== before[one]).length,
      );
    },
  );
});
