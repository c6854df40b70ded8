import { Bytes } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { formatHardwareAddress, hardwareAddressFromName, parseHardwareAddress } from './hardware-address.ts';

const anyAddress = fc
  .constantFrom(6, 8, 20)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  .map((bytes) => Bytes.from(bytes));

describe('a hardware address', () => {
  test.prop([anyAddress])('is written and read again, in either case and with hyphens', (address) => {
    const text = formatHardwareAddress(address);
    for (const form of [text, text.toUpperCase(), text.replaceAll(':', '-')]) {
      expect(parseHardwareAddress(form)?.equals(address)).toBe(true);
    }
  });

  test('is written in lower case', () => {
    expect(formatHardwareAddress(Bytes.from([0xea, 0x71, 0x1b, 0x02, 0xcc, 0]))).toBe('ea:71:1b:02:cc:00');
  });

  test.each([
    '',
    'ea',
    'ea:71:1b:b2:cc',
    'ea:71:1b:b2:cc:ee:00',
    'ea:71:1b:b2:cc:e',
    'ea:71:1b:b2:cc:eee',
    'ea:71:1b-b2:cc:ee',
    'ea711bb2ccee',
    'eg:71:1b:b2:cc:ee',
    ':ea:71:1b:b2:cc:ee',
  ])('is not read from %j', (text) => {
    expect(parseHardwareAddress(text)).toBeUndefined();
  });
});

describe('the hardware address of a name', () => {
  test('is the start of its SHA-256, made locally administered and unicast', () => {
    // b7db85b2d7e9…
    expect(formatHardwareAddress(hardwareAddressFromName('talos-default-controlplane-1'))).toBe('b6:db:85:b2:d7:e9');
  });

  test.prop([fc.string({ unit: 'grapheme' })])('is six bytes, never multicast, never a manufacturer’s', (name) => {
    const address = hardwareAddressFromName(name);
    expect(address).toHaveLength(6);
    expect(address.at(0)! & 3).toBe(2);
    expect(hardwareAddressFromName(name).equals(address)).toBe(true);
  });
});
