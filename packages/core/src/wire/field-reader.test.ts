import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { FieldReader, UNUSUAL } from './field-reader.ts';
import { onlyMessage, orGenerated } from './or-generated.ts';

const number = fc.integer({ min: 1, max: 2 ** 20 });
const fields = fc.array(
  fc.tuple(
    number,
    fc.oneof(fc.nat(Number.MAX_SAFE_INTEGER), fc.string({ unit: 'binary' }), fc.string({ maxLength: 200 })),
  ),
);

describe('the fields of a message', () => {
  test.prop([fields])('are read as they were written', (fields) => {
    const reader = new FieldReader(message(fields));
    for (const [field, value] of fields) {
      expect(reader.next()).toBe(true);
      expect(reader.field).toBe(field);
      if (typeof value === 'number') {
        expect(reader.number()).toBe(value);
        continue;
      }
      const bytes = Buffer.from(value);
      expect([reader.length, Buffer.from(reader.bytes())]).toEqual([bytes.length, bytes]);
      expect(reader.latin1()).toBe(bytes.toString('latin1'));
      if (!value.includes('\ufffd')) expect(reader.text()).toBe(value);
    }
    expect(reader.next()).toBe(false);
  });

  test.prop([fc.uint8Array({ maxLength: 40 })])('of whatever else are unusual, or none', (bytes) => {
    const readAll = orGenerated(
      (reader) => {
        while (reader.next()) if (reader.length > 0) reader.text();
        return 'read';
      },
      () => 'unusual',
    );
    expect(['read', 'unusual']).toContain(readAll(bytes));
  });

  test('that may be there once are unusual when they are there twice', () => {
    const inner = message([[1, 7]]).toString('latin1');
    const reader = new FieldReader(message([[5, inner]]));
    reader.next();
    expect(onlyMessage(undefined, reader).next()).toBe(true);
    expect(() => onlyMessage('before', reader)).toThrow(UNUSUAL);
    expect(() => reader.number()).toThrow(UNUSUAL);
  });
});

function message(fields: readonly (readonly [field: number, value: number | string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number') return [varint(field * 8), varint(value)];
      const bytes = Buffer.from(value);
      return [varint(field * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 0x80) | 0x80);
  }
}
