import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { Bytes } from './bytes.ts';

const data = fc.uint8Array({ maxLength: 100 });

property.prop([data])('bytes come out as they went in, by every way', (data) => {
  const bytes = Bytes.from(data);
  expect(bytes.toUint8Array()).toEqual(data);
  expect([...bytes]).toEqual([...data]);
  expect(bytes.length).toBe(data.length);
  const target = new Uint8Array(data.length + 2);
  bytes.copyTo(target, 1);
  expect([...target]).toEqual([0, ...data, 0]);
  expect(Bytes.from([...data]).equals(bytes)).toBe(true);
  expect(bytes.toBase64()).toBe(Buffer.from(data).toString('base64'));
  expect(Bytes.fromBase64(bytes.toBase64())?.equals(bytes)).toBe(true);
  data.forEach((byte, index) => expect(bytes.at(index)).toBe(byte));
  expect(bytes.at(data.length)).toBeUndefined();
});

property.prop([data, fc.nat(99), fc.nat(255)])('nobody can change them', (data, index, byte) => {
  const before = data.slice();
  const bytes = Bytes.from(data);
  data[index] = byte;
  bytes.toUint8Array()[index] = byte;
  expect(bytes.toUint8Array()).toEqual(before);
  expect(Object.isFrozen(bytes)).toBe(true);
});

property.prop([data, data])('are equal if each byte is', (a, b) => {
  const same = a.length === b.length && a.every((byte, index) => byte === b[index]);
  expect(Bytes.from(a).equals(Bytes.from(b))).toBe(same);
});

test('the empty ones are one', () => {
  expect(Bytes.from([])).toBe(Bytes.empty);
  expect(Bytes.fromBase64('')).toBe(Bytes.empty);
});

test('are not shown in JSON, since they may be keys', () => {
  expect(JSON.stringify({ key: Bytes.from([1, 2, 3]) })).toBe('{"key":"<3 bytes>"}');
});

test.each(['a', 'ab', 'abc', 'ab=c', 'a===', '====', 'ab-_', 'YQ', ' YQ==', 'YQ==\n'])('%j is no base64', (text) => {
  expect(Bytes.fromBase64(text)).toBeUndefined();
});
