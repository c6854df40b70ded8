import { describe, expect, test } from 'vitest';
import { E0, P1 } from '../controllers.fixture.ts';
import { affiliateOf } from './affiliate.fixture.ts';
import { mergeAffiliates } from './merge-affiliates.ts';

const ID = '29QQTc97U5ZyFTIX33Dp9NqtwxqQI8QI13scCLzffrZ';
const named = { hostname: 'foo.com', nodename: 'bar', machineType: 'controlplane' } as const;

describe('two affiliates of one node', () => {
  test.each([
    ['nothing and nothing', affiliateOf(ID), affiliateOf(ID), affiliateOf(ID)],
    [
      'what only one has',
      affiliateOf(ID, { ...named, addresses: ['10.0.0.2'], controlPlane: { port: 6443 } }),
      affiliateOf(ID, {
        ...named,
        addresses: ['10.0.0.2', '192.168.3.4'],
        kubespan: {
          publicKey: P1,
          address: E0,
          additional: ['10.244.3.1/24'],
          endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
        },
      }),
      affiliateOf(ID, {
        ...named,
        addresses: ['10.0.0.2', '192.168.3.4'],
        kubespan: {
          publicKey: P1,
          address: E0,
          additional: ['10.244.3.1/24'],
          endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
        },
        controlPlane: { port: 6443 },
      }),
    ],
    [
      'lists that share items',
      affiliateOf(ID, {
        addresses: ['10.0.0.2'],
        kubespan: {
          publicKey: P1,
          address: E0,
          endpoints: ['192.168.3.4:51820'],
          exclude: ['0.0.0.0/0', '2007::/64'],
        },
      }),
      affiliateOf(ID, {
        ...named,
        addresses: ['192.168.3.4'],
        kubespan: {
          publicKey: P1,
          address: E0,
          additional: ['10.244.3.1/24'],
          endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
          exclude: ['2007::/64'],
        },
        controlPlane: { port: 6443 },
      }),
      affiliateOf(ID, {
        ...named,
        addresses: ['10.0.0.2', '192.168.3.4'],
        kubespan: {
          publicKey: P1,
          address: E0,
          additional: ['10.244.3.1/24'],
          endpoints: ['192.168.3.4:51820', '10.0.0.2:51820'],
          exclude: ['0.0.0.0/0', '2007::/64'],
        },
        controlPlane: { port: 6443 },
      }),
    ],
    [
      'the operating system, which stays that of the first',
      affiliateOf(ID, { operatingSystem: '' }),
      affiliateOf(ID, { operatingSystem: 'Talos (v1.0.0)' }),
      affiliateOf(ID, { operatingSystem: '' }),
    ],
  ])('%s', (_what, first, second, merged) => {
    expect(mergeAffiliates([first, second])).toEqual(merged);
  });
});
