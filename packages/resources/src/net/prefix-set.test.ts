import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ipAddressOf, type IpAddress } from './ip-address.ts';
import { compareIpPrefixes, ipPrefixContains, ipPrefixFrom, ipPrefixOf, type IpPrefix } from './ip-prefix.ts';
import { prefixSetOf, prefixSetPrefixes, prefixSetsOverlap, subtractPrefixSet, unitePrefixSets } from './prefix-set.ts';

// A universe small enough to be listed, at both ends of each family and in the middle.
const blocks = [
  ['0.0.0.', 32],
  ['10.1.2.', 32],
  ['255.255.255.', 32],
  ['::', 128],
  ['::ffff:0.0.0.', 128],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff', 128],
] as const;
const universe = blocks.map(([start]) =>
  Array.from({ length: 16 }, (_, at) =>
    ipAddressOf(start + (start.startsWith('255') ? 240 + at : start.endsWith('.') ? at : at.toString(16))),
  ),
);
const everything = universe.flat();
const entryIn = (blockCount: number, size: number) =>
  fc
    .tuple(fc.nat(blockCount - 1), fc.nat(size - 1), fc.integer({ min: -1, max: Math.log2(size) }))
    .map(([block, at, host]): IpAddress | IpPrefix => {
      const address = universe[block]![at]!;
      return host < 0 ? address : ipPrefixFrom(address, blocks[block]![1] - host);
    });
const anyEntry = entryIn(blocks.length, 16);
const fewEntries = fc.array(entryIn(2, 4), { maxLength: 3 });
const entries = fc.array(anyEntry, { maxLength: 12 });

type Model = ReadonlySet<IpAddress>;
const modelOf = (list: readonly (IpAddress | IpPrefix)[]): Model =>
  new Set(everything.filter((address) => list.some((entry) => entry === address || within(entry, address))));
const within = (entry: string, address: IpAddress) =>
  entry.includes('/') && ipPrefixContains(ipPrefixOf(entry), address);

/** How many prefixes a block needs, by halving it. */
function fewest(block: readonly IpAddress[], model: Model): number {
  const members = block.filter((address) => model.has(address)).length;
  if (members === 0) return 0;
  if (members === block.length) return 1;
  const half = block.length / 2;
  return fewest(block.slice(0, half), model) + fewest(block.slice(half), model);
}

function expectToBe(set: ReturnType<typeof prefixSetOf>, model: Model): void {
  const prefixes = prefixSetPrefixes(set);
  expect(modelOf(prefixes)).toEqual(model);
  expect(prefixes).toEqual(prefixes.toSorted(compareIpPrefixes));
  expect(prefixes).toHaveLength(universe.reduce((sum, block) => sum + fewest(block, model), 0));
  expect(set).toEqual(prefixSetOf(prefixes));
}

describe('a set of addresses, against a list of them', () => {
  test.prop([entries])('holds what it was made of, in the fewest prefixes', (a) => {
    expectToBe(prefixSetOf(a), modelOf(a));
  });

  test.prop([entries, entries])('unites', (a, b) => {
    expectToBe(unitePrefixSets(prefixSetOf(a), prefixSetOf(b)), modelOf(a).union(modelOf(b)));
  });

  test.prop([entries, entries])('subtracts', (a, b) => {
    expectToBe(subtractPrefixSet(prefixSetOf(a), prefixSetOf(b)), modelOf(a).difference(modelOf(b)));
  });

  test.prop([fewEntries, fewEntries])('tells whether another overlaps it', (a, b) => {
    expect(prefixSetsOverlap(prefixSetOf(a), prefixSetOf(b))).toBe(!modelOf(a).isDisjointFrom(modelOf(b)));
  });

  test.prop([entries, entries])('is not changed by what is made from it', (a, b) => {
    const set = prefixSetOf(a);
    const before = structuredClone(set);
    unitePrefixSets(set, prefixSetOf(b));
    subtractPrefixSet(set, prefixSetOf(b));
    expect(set).toEqual(before);
  });
});

describe('what a peer may send', () => {
  const prefixes = (list: readonly string[]) => prefixSetOf(list.map(ipPrefixOf));
  const ula = 'fd7f:175a:b97c:5602:e871:1bff:feb2:ccee/128';

  test('is its networks and addresses without the excluded ones', () => {
    const networks = prefixes(['10.244.3.1/24', '10.244.3.0/32', '192.168.3.4/32']);
    const allowed = unitePrefixSets(subtractPrefixSet(networks, prefixes(['10.244.3.128/25'])), prefixes([ula]));
    expect(prefixSetPrefixes(allowed)).toEqual(['10.244.3.0/25', '192.168.3.4/32', ula]);
  });

  test('loses what an earlier peer claimed', () => {
    const earlier = prefixes(['10.244.3.1/24', '10.244.3.0/32']);
    const later = prefixes(['10.244.2.0/23', '192.168.3.0/24', ula]);
    expect(prefixSetPrefixes(earlier)).toEqual(['10.244.3.0/24']);
    expect(prefixSetsOverlap(earlier, later)).toBe(true);
    expect(prefixSetPrefixes(subtractPrefixSet(later, earlier))).toEqual(['10.244.2.0/24', '192.168.3.0/24', ula]);
  });

  test('can be everything', () => {
    expect(prefixSetPrefixes(prefixes(['128.0.0.0/1', '0.0.0.0/1', '::/0', ula]))).toEqual(['0.0.0.0/0', '::/0']);
  });

  test('cannot be the zero value, and has no zone', () => {
    expect(() => prefixSetOf([ipAddressOf('')])).toThrow(RangeError);
    expect(prefixSetPrefixes(prefixSetOf([ipAddressOf('fe80::1%a/b')]))).toEqual(['fe80::1/128']);
  });
});
