import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeDeletion, encodeEntry, joinEntries, readEntry } from './entries.ts';
import { listResponse, watchResponse } from './messages.ts';

const affiliates = fc.record({
  id: fc.string({ unit: 'binary', maxLength: 300 }),
  data: fc.uint8Array({ maxLength: 2100, size: 'max' }),
  endpoints: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 70 }),
});

describe('entries', () => {
  test.prop([affiliates])('are byte for byte the update that the generated code writes', (affiliate) => {
    const oracle = watchResponse.encode({ affiliates: [affiliate], deleted: false });
    expect(Buffer.compare(encodeEntry(affiliate), oracle)).toBe(0);
  });

  test.prop([affiliates])('tell what they were made of', (affiliate) => {
    const { data, endpoints } = readEntry(encodeEntry(affiliate));
    expect({ data: Uint8Array.from(data), endpoints: endpoints.map((endpoint) => Uint8Array.from(endpoint)) }).toEqual({
      data: affiliate.data,
      endpoints: affiliate.endpoints,
    });
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

  test('of nothing are nothing', () => {
    expect(joinEntries([])).toHaveLength(0);
  });
});
