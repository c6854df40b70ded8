import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ipAddressOf } from './ip-address.ts';
import { compareIpPorts, ipPortAddress, ipPortFrom, ipPortNumber, isIpPort, ipPortOf, parseIpPort } from './ip-port.ts';

describe('the text of an endpoint', () => {
  test.each([
    ['', ''],
    ['10.3.4.5:51820', '10.3.4.5:51820'],
    ['10.3.4.5:080', '10.3.4.5:80'],
    ['[FD00::0]:1', '[fd00::]:1'],
    ['[::ffff:1.2.3.4]:0', '[::ffff:1.2.3.4]:0'],
    ['[fe80::1%eth0]:65535', '[fe80::1%eth0]:65535'],
  ])('%j is printed as %j', (text, canonical) => {
    expect(ipPortOf(text)).toBe(canonical);
    expect(isIpPort(text)).toBe(text === canonical);
  });

  test.each([
    '10.3.4.5',
    '10.3.4.5:',
    ':80',
    '[]:80',
    '10.3.4.5:65536',
    '10.3.4.5:-1',
    '10.3.4.5:+1',
    '10.3.4.5: 1',
    '10.3.4.5:1e3',
    '[10.3.4.5]:80',
    'fd00::1:80',
    '[fd00::1:80',
    '[fd00::1]',
    'fd00::1]:80',
    'localhost:80',
  ])('%j is refused', (text) => {
    expect(parseIpPort(text)).toBeUndefined();
    expect(() => ipPortOf(text)).toThrow(RangeError);
  });

  test.prop([fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535)])('is put together and taken apart', (text, port) => {
    const address = ipAddressOf(text);
    const endpoint = ipPortFrom(address, port);
    expect(ipPortOf(endpoint)).toBe(endpoint);
    expect(ipPortAddress(endpoint)).toBe(address);
    expect(ipPortNumber(endpoint)).toBe(port);
  });

  test('of the zero value is empty, and a port must be one', () => {
    expect(ipPortFrom(ipAddressOf(''), 80)).toBe('');
    expect([ipPortAddress(ipPortOf('')), ipPortNumber(ipPortOf(''))]).toEqual(['', 0]);
    expect(() => ipPortFrom(ipAddressOf('10.0.0.1'), 65_536)).toThrow(RangeError);
  });
});

test('endpoints are ordered by address and then by port', () => {
  const sorted = ['', '10.0.0.2:9', '10.0.0.10:8', '10.0.0.10:80', '[::1]:1'];
  expect(sorted.toReversed().map(ipPortOf).toSorted(compareIpPorts)).toEqual(sorted);
});
