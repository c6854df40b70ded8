import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ipPrefixOf } from './ip-prefix.ts';
import { nodeIpAddresses, sortNodeAddresses } from './node-address-sort.ts';

const v6 = 'fd01:cafe::';
const vectors = [
  {
    title: 'IPv4',
    v1: ['1.2.3.4/26', '10.3.4.1/24', '10.3.4.5/24', '10.3.4.5/32', '192.168.35.11/24', '192.168.36.10/24'],
    v2: ['1.2.3.4/26', '10.3.4.5/32', '10.3.4.1/24', '10.3.4.5/24', '192.168.35.11/24', '192.168.36.10/24'],
  },
  {
    title: 'IPv6',
    v1: ['1/64', '1/128', '2/64', '2/128', '3/64', '3/128'].map((end) => `2001:db8::${end}`),
    v2: ['1/128', '2/128', '3/128', '1/64', '2/64', '3/64'].map((end) => `2001:db8::${end}`),
  },
  {
    title: 'both families',
    v1: ['10.5.0.0/16', '192.168.3.4/24', `${v6}5054:ff:fe1f:c7bd/64`, `${v6}f14c:9fa1:8496:557f/128`],
    v2: ['10.5.0.0/16', '192.168.3.4/24', `${v6}f14c:9fa1:8496:557f/128`, `${v6}5054:ff:fe1f:c7bd/64`],
  },
] as const;

describe.each(vectors)('sorting node addresses of $title', ({ v1, v2 }) => {
  const anyOrder = fc.shuffledSubarray(v1.map(ipPrefixOf), { minLength: v1.length });

  test.prop([anyOrder])('by v1', (given) => {
    expect(sortNodeAddresses(given, 'v1')).toEqual(v1);
  });
  test.prop([anyOrder])('by v2', (given) => {
    expect(sortNodeAddresses(given, 'v2')).toEqual(v2);
  });
});

// Nested networks whose addresses are out of step with their lengths.
const nested = fc
  .tuple(fc.constantFrom('10.0.0.1', '10.0.0.2', '11.0.0.1', '11.0.0.2', '::1', '::2'), fc.integer({ min: 6, max: 9 }))
  .map(([address, bits]) => ipPrefixOf(`${address}/${bits}`));
const twoOrders = fc
  .array(nested)
  .chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));

test.prop([twoOrders, fc.constantFrom('v1' as const, 'v2' as const)])(
  'the order given does not matter, even where v2 has a cycle, and each prefix comes once',
  ([given, shuffled], algorithm) => {
    const sorted = sortNodeAddresses(given, algorithm);
    expect(sortNodeAddresses(shuffled, algorithm)).toEqual(sorted);
    expect(new Set(sorted)).toEqual(new Set(given));
    expect(sorted).toHaveLength(new Set(given).size);
  },
);

test('the addresses of prefixes come in their order, each once', () => {
  const prefixes = ['10.3.4.5/32', '10.3.4.1/24', '10.3.4.5/24', 'fd00::1/64'].map(ipPrefixOf);
  expect(nodeIpAddresses(prefixes)).toEqual(['10.3.4.5', '10.3.4.1', 'fd00::1']);
});
