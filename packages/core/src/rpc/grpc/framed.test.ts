import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageSpace } from '../message-space.ts';
import { frameOnce, framed } from './framed.ts';

const expected = (message: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Uint8Array.from(Buffer.concat([head, message]));
};
const bytes = fc.uint8Array({ maxLength: 300 });

test('a message travels behind its length, wherever its bytes lie', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.nat(300), (before, message, start) => {
      const within = Uint8Array.from([...before, ...message]).subarray(before.length);
      const ofItself = message.subarray(Math.min(start, message.length));
      const spaced = messageSpace(message.length);
      spaced.set(message);
      for (const one of [message, within, ofItself, spaced]) {
        expect(Uint8Array.from(framed(one))).toEqual(expected(one));
        expect(Uint8Array.from(frameOnce(one))).toEqual(expected(one));
      }
    }),
  );
});

test('a message that was given room for it is not copied', () => {
  for (const length of [1, 100, 16_000, 100_000]) {
    const message = messageSpace(length);
    const frame = framed(message);
    expect([frame.buffer, frame.byteOffset]).toEqual([message.buffer, message.byteOffset - 5]);
  }
});

test('messages do not touch each other', () => {
  const messages = Array.from({ length: 1000 }, (_, index) => messageSpace(index).fill(index));
  for (const [index, message] of messages.entries()) {
    expect(message.every((byte) => byte === (index & 255))).toBe(true);
    expect(framed(message).readUInt32BE(1)).toBe(index);
  }
});
