import { BlockList } from 'node:net';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compareIpAddresses, ipAddressFromBytes, ipAddressToBytes, isIpv4, ipAddressOf } from './ip-address.ts';
import {
  compareIpPrefixes,
  ipPrefixAddress,
  ipPrefixBits,
  ipPrefixContains,
  ipPrefixFrom,
  isIpPrefix,
  maskIpPrefix,
  ipPrefixOf,
  singleIpPrefix,
  parseIpPrefix,
} from './ip-prefix.ts';

// Few bits differ, so that containment is often true.
const word = fc.constantFrom('0', '1', '8000', 'fd00', 'ffff');
const anyAddress = fc
  .oneof(
    fc.array(fc.constantFrom(10, 0, 128, 255, 1), { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.')),
    fc.array(word, { minLength: 8, maxLength: 8 }).map((words) => words.join(':')),
  )
  .map(ipAddressOf);
const anyPrefix = anyAddress.chain((address) =>
  fc.integer({ min: 0, max: isIpv4(address) ? 32 : 128 }).map((bits) => ipPrefixFrom(address, bits)),
);

describe('the text of a prefix', () => {
  test.each([
    ['', ''],
    ['10.244.3.1/24', '10.244.3.1/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00:0::1/64', 'fd00::1/64'],
    ['::ffff:a00:1/100', '::ffff:10.0.0.1/100'],
  ])('%j is printed as %j, host bits kept', (text, canonical) => {
    expect(ipPrefixOf(text)).toBe(canonical);
    expect(isIpPrefix(text)).toBe(text === canonical);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/',
    '/24',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '::/129',
    '::/0128',
    'fe80::1%eth0/64',
    '10.0.0.0/8/8',
  ])('%j is refused', (text) => {
    expect(parseIpPrefix(text)).toBeUndefined();
    expect(() => ipPrefixOf(text)).toThrow(RangeError);
  });

  test.prop([anyPrefix])('is taken apart and put together again', (prefix) => {
    expect(ipPrefixOf(prefix)).toBe(prefix);
    expect(ipPrefixFrom(ipPrefixAddress(prefix), ipPrefixBits(prefix))).toBe(prefix);
  });

  test('is empty for what is no prefix, and loses a zone', () => {
    expect(ipPrefixFrom(ipAddressOf(''), 0)).toBe('');
    expect(ipPrefixFrom(ipAddressOf('10.0.0.1'), 33)).toBe('');
    expect(ipPrefixFrom(ipAddressOf('10.0.0.1'), -1)).toBe('');
    expect(singleIpPrefix(ipAddressOf('fe80::1%eth0'))).toBe('fe80::1/128');
    expect(singleIpPrefix(ipAddressOf('10.0.0.1'))).toBe('10.0.0.1/32');
    expect([ipPrefixAddress(ipPrefixOf('')), ipPrefixBits(ipPrefixOf(''))]).toEqual(['', -1]);
  });
});

describe('what a prefix contains', () => {
  test.prop([anyPrefix, anyAddress])('is what Node says', (prefix, address) => {
    const family = isIpv4(ipPrefixAddress(prefix)) ? 'ipv4' : 'ipv6';
    fc.pre(isIpv4(address) === (family === 'ipv4'));
    const list = new BlockList();
    list.addSubnet(ipPrefixAddress(prefix), ipPrefixBits(prefix), family);
    expect(ipPrefixContains(prefix, address)).toBe(list.check(address, family));
  });

  test.prop([anyPrefix, fc.nat(127)])('is an address that differs beyond its bits only', (prefix, bit) => {
    const bytes = ipAddressToBytes(ipPrefixAddress(prefix));
    const at = bit % (bytes.length * 8);
    bytes[at >> 3]! ^= 0x80 >> (at & 7);
    expect(ipPrefixContains(prefix, ipAddressFromBytes(bytes)!)).toBe(at >= ipPrefixBits(prefix));
  });

  test.each([
    ['0.0.0.0/0', '::ffff:1.2.3.4'],
    ['::/0', '1.2.3.4'],
    ['::/0', 'fe80::1%eth0'],
    ['::/0', ''],
    ['', '1.2.3.4'],
    ['', ''],
  ])('never crosses families, zones and zero values: %j and %j', (prefix, address) => {
    expect(ipPrefixContains(ipPrefixOf(prefix), ipAddressOf(address))).toBe(false);
  });

  test.prop([anyPrefix, anyAddress])(
    'stays the same when it is masked, and its address comes first',
    (prefix, other) => {
      const masked = maskIpPrefix(prefix);
      expect(maskIpPrefix(masked)).toBe(masked);
      expect(ipPrefixBits(masked)).toBe(ipPrefixBits(prefix));
      expect(ipPrefixContains(masked, ipPrefixAddress(prefix))).toBe(true);
      expect(ipPrefixContains(masked, other)).toBe(ipPrefixContains(prefix, other));
      if (ipPrefixContains(masked, other)) {
        expect(compareIpAddresses(ipPrefixAddress(masked), other)).toBeLessThanOrEqual(0);
      }
    },
  );
});

test('prefixes are ordered by address and then by length', () => {
  const sorted = ['', '10.0.0.0/8', '10.0.0.0/16', '10.0.0.1/8', '::/0', '::1/64', '::1/128'];
  expect(sorted.toReversed().map(ipPrefixOf).toSorted(compareIpPrefixes)).toEqual(sorted);
});
