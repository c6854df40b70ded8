import { Buffer } from 'node:buffer';
import { isIP, SocketAddress } from 'node:net';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseIp, unmapIp } from './ip.ts';

describe('parsing addresses', () => {
  test.each([
    ['1.2.3.4', '01020304'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['2001:DB8::1', '20010db8000000000000000000000001'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'.concat('65746830')],
  ])('%s', (text, bytes) => {
    expect(hex(parseIp(text))).toBe(bytes);
  });

  test.each([
    '',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.04',
    '1.2.3.256',
    '0x1.2.3.4',
    '1.2.3.4%eth0',
    '[::1]',
    '::1%',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    '::1.2.3.04',
    '::1]/[::2',
    'localhost',
  ])('refuses "%s"', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  test.prop([fc.oneof(fc.ipV4(), fc.ipV6(), mutilated())])('agrees with the system', (text) => {
    expect(parseIp(text)?.length ?? 0).toBe({ 0: 0, 4: 4, 6: 16 }[isIP(text)]);
  });

  test.prop([fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })])('reads what the system writes', (words) => {
    const address = words.map((word) => word.toString(16)).join(':');
    const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
    expect(hex(parseIp(canonical))).toBe(words.map((word) => word.toString(16).padStart(4, '0')).join(''));
  });

  test.prop([fc.string()])('never throws', (text) => {
    parseIp(text);
    parseIp(`::${text}`);
  });

  test('an IPv4 address on a dual-stack socket is one', () => {
    expect(hex(unmapIp(parseIp('::ffff:10.0.0.1') ?? fail()))).toBe('0a000001');
    expect(unmapIp(parseIp('::fffe:10.0.0.1') ?? fail())).toHaveLength(16);
    expect(unmapIp(Uint8Array.of(10, 0, 0, 1))).toHaveLength(4);
  });
});

function mutilated() {
  return fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(), fc.constantFrom('', ':', '.', '0', 'f', 'g', ' '))
    .map(([text, at, piece]) => text.slice(0, at % text.length) + piece + text.slice((at % text.length) + 1));
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('hex');
}

function fail(): never {
  throw new Error('not parsed');
}
