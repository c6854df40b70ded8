import { describe, expect, test } from 'vitest';
import type { HeaderTrust } from './client-ip.ts';
import { clientIpReader } from './client-ip.ts';

const PEER = '127.0.0.1:37268';
const BOTH: HeaderTrust = { xRealIp: true, firstXForwardedFor: true };
const NEITHER: HeaderTrust = { xRealIp: false, firstXForwardedFor: false };

describe('the client address', () => {
  test.each<{
    name: string;
    peer?: string;
    headers?: Record<string, string>;
    trust?: HeaderTrust;
    ip: number[] | undefined;
  }>([
    { name: 'of the connection', ip: [127, 0, 0, 1] },
    { name: 'on a dual-stack socket', peer: '[::ffff:127.0.0.1]:37268', ip: [127, 0, 0, 1] },
    { name: 'of IPv6', peer: '[::1]:60658', ip: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
    { name: 'of IPv6 without brackets', peer: '::1:60658', ip: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
    { name: 'on a unix socket', peer: 'unix:', ip: undefined },
    { name: 'of an unknown peer', peer: 'unknown', ip: undefined },
    { name: 'from x-real-ip', headers: { 'x-real-ip': '1.2.3.4' }, ip: [1, 2, 3, 4] },
    { name: 'from x-real-ip sent twice', headers: { 'x-real-ip': '1.1.1.1, 2.2.2.2' }, ip: [1, 1, 1, 1] },
    { name: 'past an x-real-ip with a port', headers: { 'x-real-ip': '1.2.3.4:80' }, ip: [127, 0, 0, 1] },
    {
      name: 'from x-forwarded-for, whose second entry is malformed',
      headers: { 'x-forwarded-for': '5.6.7.8,192.168.0.0.1' },
      ip: [5, 6, 7, 8],
    },
    {
      name: 'from x-forwarded-for with spaces',
      headers: { 'x-forwarded-for': ' 5.6.7.8 , 9.9.9.9' },
      ip: [5, 6, 7, 8],
    },
    {
      name: 'past an x-forwarded-for of no address',
      headers: { 'x-forwarded-for': 'for, 5.6.7.8' },
      ip: [127, 0, 0, 1],
    },
    {
      name: 'from x-real-ip before x-forwarded-for',
      headers: { 'x-forwarded-for': '5.6.7.8', 'x-real-ip': '1.2.3.4' },
      ip: [1, 2, 3, 4],
    },
    {
      name: 'from x-forwarded-for if x-real-ip is bad',
      headers: { 'x-forwarded-for': '5.6.7.8', 'x-real-ip': 'bad' },
      ip: [5, 6, 7, 8],
    },
    {
      name: 'mapped, if a header says so',
      headers: { 'x-real-ip': '::ffff:1.2.3.4' },
      ip: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4],
    },
    {
      name: 'without trust',
      headers: { 'x-forwarded-for': '5.6.7.8', 'x-real-ip': '1.2.3.4' },
      trust: NEITHER,
      ip: [127, 0, 0, 1],
    },
    {
      name: 'with trust in x-forwarded-for alone',
      headers: { 'x-forwarded-for': '5.6.7.8', 'x-real-ip': '1.2.3.4' },
      trust: { xRealIp: false, firstXForwardedFor: true },
      ip: [5, 6, 7, 8],
    },
  ])('$name', ({ peer = PEER, headers = {}, trust = BOTH, ip }) => {
    const metadata = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const read = clientIpReader(trust);
    for (let time = 0; time < 2; time += 1) {
      const found = read({ peer, metadata })?.bytes;
      expect(found && [...found]).toEqual(ip);
    }
  });
});
