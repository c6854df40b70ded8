import { Buffer } from 'node:buffer';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { MalformedMessageError } from './malformed.ts';
import { affiliateUpdateRequest } from './messages.ts';
import { unpack } from './packed.ts';
import { decodeUpdate } from './packed-update.ts';

const id = fc.oneof(fc.string(), fc.string({ unit: 'binary' })).filter((text) => text.isWellFormed());
const update = fc.record({
  clusterId: id,
  affiliateId: id,
  data: fc.oneof(fc.uint8Array(), fc.uint8Array({ maxLength: 20_000, size: 'max' })),
  endpoints: fc.array(fc.uint8Array({ maxLength: 40 })),
  ttlNanos: fc.oneof(
    fc.nat(1800).map((seconds) => seconds * 1e9),
    fc.double({ noNaN: true, min: -(2 ** 63), max: 2 ** 63 }).map(Math.trunc),
  ),
});
const damaged = fc
  .tuple(update.map(affiliateUpdateRequest.encode), fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 }))
  .map(([message, changes]) => {
    const copy = Uint8Array.from(message);
    for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
    return copy;
  });

describe('an update', () => {
  test.prop([fc.oneof(update.map(affiliateUpdateRequest.encode), damaged, fc.uint8Array({ maxLength: 30 }))])(
    'is read as the generated code reads it, or refused as that refuses it',
    (bytes) => {
      expect(outcome(() => readable(decodeUpdate(bytes)))).toEqual(
        outcome(() => {
          const { data, endpoints, ...others } = affiliateUpdateRequest.decode(bytes);
          return { ...others, data: hex(data), endpoints: endpoints.map(hex) };
        }),
      );
    },
  );
});

function readable({ data, endpoints, ...others }: ReturnType<typeof decodeUpdate>) {
  return { ...others, data: hex(unpack(data)), endpoints: endpoints.map((endpoint) => hex(unpack(endpoint))) };
}

function outcome<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError);
    return 'refused';
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
