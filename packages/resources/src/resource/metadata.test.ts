import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { equalMetadata, kindKey, kindOfKey, pointerText } from './metadata.ts';
import { newMetadata } from './resource.ts';

const name = fc.oneof(
  fc.constantFrom('a', 'a/b', 'a%2Fb', '/', '%', '%2F', ''),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const pointer = { namespace: 'n', type: 't', id: 'i' };

test.prop([name, name, name, name], { examples: [['a/b', 't', 'a%2Fb', 't']] })(
  'each kind has a key of its own, whatever its names',
  (namespace, type, otherNamespace, otherType) => {
    const isSame = namespace === otherNamespace && type === otherType;
    expect(kindKey({ namespace, type }) === kindKey({ namespace: otherNamespace, type: otherType })).toBe(isSame);
    expect(kindOfKey(kindKey({ namespace, type }))).toEqual({ namespace, type });
  },
);

const finalizers = fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 4 });

test.prop([finalizers, finalizers])('finalizers are compared as a set', (a, b) => {
  const isEqual = equalMetadata(newMetadata(pointer, { finalizers: a }), newMetadata(pointer, { finalizers: b }));
  const isSame = new Set(a).symmetricDifference(new Set(b)).size === 0;
  expect(isEqual).toBe(isSame && a.length === b.length);
});

test('a message shows the ends of long names', () => {
  expect(pointerText({ ...pointer, id: 'x'.repeat(65_536) }).length).toBeLessThan(300);
});
