import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BackwardWriter } from './backward-writer.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 200 }));
const number = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(-62_135_596_800, 0, 127, 128, 2 ** 32));
const field = fc.integer({ min: 1, max: 15 });
const part = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), field, value: text }),
  fc.record({ kind: fc.constant('bytes' as const), field, value: fc.uint8Array({ maxLength: 3000 }) }),
  fc.record({ kind: fc.constant('number' as const), field, value: number }),
);

test('writes what others write forwards', () => {
  const writer = new BackwardWriter();
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (outside, inside) => {
      const forward = (writer: BinaryWriter, parts: typeof outside): BinaryWriter => {
        for (const { kind, field, value } of parts) {
          if (kind === 'text' && value !== '') writer.uint32((field << 3) | 2).string(value);
          if (kind === 'bytes') writer.uint32((field << 3) | 2).bytes(value);
          if (kind === 'number' && value !== 0) writer.uint32(field << 3).int64(value);
        }
        return writer;
      };
      const backward = (parts: typeof outside): void => {
        for (const { kind, field, value } of parts.toReversed()) {
          if (kind === 'text') writer.text(field, value);
          if (kind === 'bytes') writer.bytes(field, value);
          if (kind === 'number') writer.number(field, value);
        }
      };
      const expected = forward(new BinaryWriter(), outside)
        .uint32((15 << 3) | 2)
        .fork();
      const since = writer.length;
      backward(inside);
      writer.message(15, since);
      backward(outside);
      expect(Uint8Array.from(writer.finish())).toEqual(forward(expected, inside).join().finish());
    }),
  );
});

test('an empty text may be said', () => {
  const writer = new BackwardWriter();
  writer.text(2, '');
  writer.anyText(1, '');
  const reader = new BinaryReader(writer.finish());
  expect([reader.tag(), reader.string(), reader.pos]).toEqual([[1, 2], '', 2]);
});
