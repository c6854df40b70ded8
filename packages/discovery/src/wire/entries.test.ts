import { isDeepStrictEqual } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  countEndpoints,
  encodeDeletion,
  hasData,
  hasEndpoints,
  hasSameData,
  joinEntries,
  joinedParts,
  packEntry,
  readEntry,
} from './entries.ts';
import { listResponse, watchResponse, type PublishedAffiliate } from './messages.ts';
import { pack, unpack } from './packed.ts';

const affiliates = fc.record({
  id: fc.string({ unit: 'binary', maxLength: 300 }),
  data: fc.uint8Array({ maxLength: 2100, size: 'max' }),
  endpoints: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 70 }),
});

describe('entries', () => {
  test.prop([affiliates])('are byte for byte the update that the generated code writes', (affiliate) => {
    const oracle = watchResponse.encode({ affiliates: [affiliate], deleted: false });
    expect(Buffer.compare(unpack(encodeEntry(affiliate)), oracle)).toBe(0);
  });

  test.prop([affiliates])('tell what they were made of', (affiliate) => {
    const entry = encodeEntry(affiliate);
    expect(readEntry(entry)).toEqual(contentOf(affiliate));
    expect(hasData(entry)).toBe(affiliate.data.length > 0);
    expect(hasSameData(entry, pack(affiliate.data))).toBe(true);
    expect(hasEndpoints(entry, affiliate.endpoints.map(pack))).toBe(true);
    expect(countEndpoints(entry)).toBe(affiliate.endpoints.length);
  });

  test.prop([affiliates, affiliates])('tell what they have in common with others', (one, other) => {
    const entry = encodeEntry(one);
    const { data, endpoints } = contentOf(other);
    expect(hasSameData(entry, data)).toBe(data === pack(one.data));
    for (const count of [0, 1, endpoints.length]) {
      const some = endpoints.slice(0, count);
      expect(hasEndpoints(entry, some)).toBe(isDeepStrictEqual(some, one.endpoints.map(pack)));
    }
  });

  test.prop([fc.array(affiliates, { maxLength: 5 })])('join to a snapshot and to a list', (all) => {
    const joined = joinEntries(all.map(encodeEntry));
    expect(Buffer.compare(joined, watchResponse.encode({ affiliates: all, deleted: false }))).toBe(0);
    expect(Buffer.compare(joined, listResponse.encode({ affiliates: all }))).toBe(0);
  });

  test.prop([affiliates])('tell of a deletion by the id alone', ({ id }) => {
    const oracle = watchResponse.encode({
      affiliates: [{ id, data: new Uint8Array(0), endpoints: [] }],
      deleted: true,
    });
    expect(Buffer.compare(encodeDeletion(id), oracle)).toBe(0);
  });

  test.prop([fc.array(affiliates, { maxLength: 8 }), fc.integer({ min: 1, max: 2000 })])(
    'join to the same in parts, of which each tells how much is left',
    (all, size) => {
      const entries = all.map(encodeEntry);
      const whole = joinEntries(entries);
      const parts = [...joinedParts(entries, size)];
      expect(Buffer.compare(Buffer.concat(parts.map(([part]) => part)), whole)).toBe(0);
      let told = 0;
      for (const [part, left] of parts) expect((told += part.length) + left).toBe(whole.length);
      expect(parts.length).toBeLessThanOrEqual(Math.max(1, Math.ceil(whole.length / size)));
    },
  );

  test('of nothing are nothing', () => {
    expect(joinEntries([])).toHaveLength(0);
  });
});

function encodeEntry(affiliate: PublishedAffiliate) {
  return packEntry(affiliate.id, contentOf(affiliate));
}

function contentOf({ data, endpoints }: PublishedAffiliate) {
  return { data: pack(data), endpoints: endpoints.map(pack) };
}
