import { isIP } from 'node:net';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  compareIpAddresses,
  ipAddressFromBytes,
  ipAddressToBytes,
  isIpAddress,
  isIpv4,
  ipAddressOf,
  parseIpAddress,
} from './ip-address.ts';

const bytesOfAddress = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Mostly zero words, so that runs and IPv4-mapped addresses come up.
  fc
    .array(fc.constantFrom(0, 0, 0, 1, 0xffff, 0xab0), { minLength: 8, maxLength: 8 })
    .map((words) => Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((v4) => Uint8Array.from([...new Uint8Array(10), 255, 255, ...v4])),
);
const nearlyAddress = fc
  .array(fc.constantFrom(':', '::', '.', '0', '1', 'f', 'FFFF', '255', '256', '12', '::ffff:', '1.2.3.4', '%', 'g'), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''));

describe('the text of an address', () => {
  test.each([
    ['', ''],
    ['0.0.0.0', '0.0.0.0'],
    ['192.168.0.255', '192.168.0.255'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::FFFF:102:304', '::ffff:1.2.3.4'],
    ['::ffff:1.2.3.4%eth0', '::ffff:1.2.3.4%eth0'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['fe80::1%a:b%c/d', 'fe80::1%a:b%c/d'],
    ['fd83:b1f7:fcb5:2802:248f:1fff:fe5c:0c3f', 'fd83:b1f7:fcb5:2802:248f:1fff:fe5c:c3f'],
  ])('%j is printed as %j', (text, canonical) => {
    expect(ipAddressOf(text)).toBe(canonical);
    expect(isIpAddress(canonical)).toBe(true);
    expect(isIpAddress(text)).toBe(text === canonical);
  });

  test.each([
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '01.2.3.4',
    '1.2.3.00',
    '1.2.3.256',
    '0x7f.0.0.1',
    '1.2.3.4%eth0',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8:',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    ':1:2:3:4:5:6:7:8',
    '12345::',
    '00001::',
    'g::',
    '::1.2.3',
    '::1.2.3.04',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1:2:3:4:5:6::1.2.3.4',
    '1:2:3:4:5:6:7::1.2.3.4',
    '::1%',
    '%eth0',
    '[::1]',
  ])('%j is refused', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
    expect(() => ipAddressOf(text)).toThrow(RangeError);
  });

  test.prop([fc.oneof(nearlyAddress, fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), fc.string())])(
    'is accepted exactly when Node accepts it',
    (text) => {
      fc.pre(!text.includes('%'));
      expect(parseIpAddress(text) !== undefined).toBe(text === '' || isIP(text) !== 0);
    },
  );

  test.prop([fc.oneof(fc.ipV4(), fc.ipV6())])('is canonical once parsed, and says the same address', (text) => {
    const address = ipAddressOf(text);
    expect(ipAddressOf(address)).toBe(address);
    expect(isIP(address)).toBe(isIP(text));
    expect(isIpv4(address)).toBe(isIP(text) === 4);
    expect(new URL(`http://[${isIpv4(address) ? `::${address}` : address}]`).host).toBe(
      new URL(`http://[${isIP(text) === 4 ? `::${text}` : text}]`).host,
    );
  });
});

describe('the bytes of an address', () => {
  test.prop([bytesOfAddress])('survive a round trip through text', (bytes) => {
    const address = ipAddressFromBytes(bytes);
    if (address === undefined) throw new Error('refused');
    expect(isIpAddress(address)).toBe(true);
    expect(ipAddressToBytes(address)).toEqual(bytes);
  });

  test.prop([bytesOfAddress.filter(({ length }) => length === 16), fc.string({ minLength: 1, unit: 'binary' })])(
    'carry a zone behind them',
    (bytes, zone) => {
      const withZone = Uint8Array.from([...bytes, ...new TextEncoder().encode(zone)]);
      const address = ipAddressFromBytes(withZone);
      expect(address).toBe(`${ipAddressFromBytes(bytes)}%${zone}`);
      expect(ipAddressToBytes(ipAddressOf(`${address}`))).toEqual(withZone);
    },
  );

  test('of the zero value are none', () => {
    expect(ipAddressToBytes(ipAddressOf(''))).toHaveLength(0);
    expect(ipAddressFromBytes(new Uint8Array())).toBe('');
  });

  test('of any other length, or with a zone that is no UTF-8, are refused', () => {
    for (const length of [1, 2, 3, 5, 8, 15]) expect(ipAddressFromBytes(new Uint8Array(length))).toBeUndefined();
    expect(ipAddressFromBytes(new Uint8Array(17).fill(0xff, 16))).toBeUndefined();
  });
});

describe('the order of addresses', () => {
  test('puts the zero value first, IPv4 before IPv6, and numbers in order', () => {
    const sorted = ['', '1.2.3.4', '10.0.0.2', '10.0.0.10', '::', '::1', '::1%a', '::1%b', '::ffff:1.2.3.4', 'fd00::'];
    expect(sorted.toReversed().map(ipAddressOf).toSorted(compareIpAddresses)).toEqual(sorted);
  });

  test.prop([bytesOfAddress, bytesOfAddress])('is that of the bytes inside a family', (a, b) => {
    const order = compareIpAddresses(ipAddressFromBytes(a)!, ipAddressFromBytes(b)!);
    expect(Math.sign(order)).toBe(a.length === b.length ? Buffer.compare(a, b) : a.length < b.length ? -1 : 1);
  });
});
