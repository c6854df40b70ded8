import { Buffer } from 'node:buffer';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeDeletion, joinEntries, packEntry } from './entries.ts';
import { MalformedMessageError } from './malformed.ts';
import { watchResponse } from './messages.ts';
import { pack } from './packed.ts';
import { decodeWatchMessage } from './watch-message.ts';

const affiliate = fc.record({
  id: fc.string({ unit: 'binary' }).filter((id) => id.isWellFormed()),
  data: fc.uint8Array(),
  endpoints: fc.array(fc.uint8Array()),
});

describe('a watch message', () => {
  test.prop([fc.array(affiliate), fc.boolean()])('is read as its codec reads it', (affiliates, deleted) => {
    const bytes = watchResponse.encode({ affiliates, deleted });
    expect(decodeWatchMessage(bytes)).toEqual({ ...watchResponse.decode(bytes), unreadable: 0 });
  });

  test('may tell of one affiliate with bad UTF-8 among good ones', () => {
    const good = packEntry('good', { data: pack(Uint8Array.of(1)), endpoints: [] });
    const bad = pack(Buffer.from('0a040a02ffff', 'hex'));
    const message = decodeWatchMessage(joinEntries([good, bad, good]));
    expect(message).toMatchObject({ affiliates: [{ id: 'good' }, { id: 'good' }], deleted: false, unreadable: 1 });
    expect(() => watchResponse.decode(joinEntries([good, bad, good]))).toThrow(MalformedMessageError);
  });

  test('may be a deletion', () => {
    expect(decodeWatchMessage(encodeDeletion('gone'))).toMatchObject({ affiliates: [{ id: 'gone' }], deleted: true });
  });

  test.prop([fc.uint8Array({ maxLength: 64 })])('is refused, if it is none, with one kind of error', (bytes) => {
    try {
      decodeWatchMessage(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessageError);
    }
  });
});
