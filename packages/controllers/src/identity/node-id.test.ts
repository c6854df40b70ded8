import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { NodeIdError, machineIdOf, nodeIdBytes, nodeIdFrom } from './node-id.ts';

const random = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a node id', () => {
  test.prop([random])('is made of 32 random bytes and keeps them', (bytes) => {
    const id = nodeIdFrom(bytes);
    expect(nodeIdBytes(id)).toEqual(bytes);
    expect(machineIdOf(id)).toBe(Buffer.from(bytes.subarray(0, 16)).toString('hex'));
  });

  test.each([
    ['sou7yy34ykX3n373Zw1DXKb8zD7UnyKT6HT3QDsGH6L', 'be871ac0d0dd31fa4caca753b0f3f1b2'],
    ['gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE', '8d2c0de2408fa2a178bad7f45d9aa8fb'],
  ])('%s gives the machine id %s', (id, machineId) => {
    expect(machineIdOf(id)).toBe(machineId);
  });

  // What is left of one id can be another one: 43 characters may hold 32 bytes. A shorter rest never does.
  test.prop([random, fc.integer({ min: 0, max: 42 })])(
    'that was cut short of 43 characters is refused',
    (bytes, length) => {
      expect(() => machineIdOf(nodeIdFrom(bytes).slice(0, length))).toThrow(NodeIdError);
    },
  );

  test.prop([random, fc.integer({ min: 1, max: 9 })])(
    'that was cut anywhere is refused, or is a whole id of other bytes',
    (bytes, missing) => {
      const rest = nodeIdFrom(bytes).slice(0, -missing);
      const read = attempt(() => nodeIdBytes(rest));
      if (read !== undefined) expect(nodeIdFrom(read)).toBe(rest);
    },
  );

  test.each(['', 'sou7yy34ykX3n373Zw1DXKb8zD7UnyKT6HT3QDsGH6', 'A'.repeat(45)])('%j is refused', (text) => {
    expect(() => nodeIdBytes(text)).toThrow(NodeIdError);
  });

  test('with a foreign character is refused, and the error says where', () => {
    expect(() => nodeIdBytes('sou7-')).toThrow(/position 4/);
    expect(() => nodeIdBytes('sou7-')).toThrow(NodeIdError);
  });

  test('is not made of fewer bytes', () => {
    expect(() => nodeIdFrom(new Uint8Array(31))).toThrow(RangeError);
  });
});

function attempt(read: () => Uint8Array): Uint8Array | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NodeIdError) return undefined;
    throw error;
  }
}
