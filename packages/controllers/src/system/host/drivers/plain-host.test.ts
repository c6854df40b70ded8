import os from 'node:os';
import { realHost } from '@cosi-ts/core';
import { ipAddressOf } from '@cosi-ts/resources';
import { expect, test } from 'vitest';
import { addressScope } from '../address-scope.ts';
import { plainHost } from './plain-host.ts';

test('a plain host tells its name and its interfaces, as its system does', async () => {
  const system = plainHost(realHost().files);
  expect(await system.hostname()).toBe(os.hostname());
  const links = await system.links();
  const interfaces = os.networkInterfaces();
  expect(links.map(({ name }) => name)).toEqual(Object.keys(interfaces).toSorted((a, b) => (a < b ? -1 : 1)));
  const loopback = links.flatMap(({ addresses }) => addresses).find(({ prefix }) => prefix === '127.0.0.1/8');
  expect(loopback?.scope ?? 'host').toBe('host');
});

test.each([
  ['10.0.0.1', 'global'],
  ['127.3.2.1', 'host'],
  ['169.254.1.1', 'link'],
  ['224.0.0.1', 'link'],
  ['::1', 'host'],
  ['fe80::1', 'link'],
  ['fe80::1%eth0', 'link'],
  ['ff02::1', 'link'],
  ['fd00::1', 'global'],
])('%s reaches as far as: %s', (address, scope) => {
  expect(addressScope(ipAddressOf(address))).toBe(scope);
});
