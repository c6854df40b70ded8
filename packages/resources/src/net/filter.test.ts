import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { filterIpAddresses, filterNodeAddresses } from './filter.ts';
import { ipAddressOf } from './ip-address.ts';
import { ipPrefixAddress, ipPrefixContains, ipPrefixOf } from './ip-prefix.ts';

const addresses = ['10.3.4.5', '192.168.3.8', '10.0.0.1', 'fd00::1', '2001:db8::1'].map(ipAddressOf);
const prefix = fc.constantFrom(
  '10.0.0.0/8',
  '10.3.0.0/16',
  '192.168.0.0/16',
  '0.0.0.0/0',
  '::/0',
  'fd00::/8',
  '10.0.0.1/32',
);
const rule = fc.tuple(fc.constantFrom('', '!'), prefix).map((pieces) => pieces.join(''));

describe('selecting addresses by rules', () => {
  test.each([
    [[], []],
    [['0.0.0.0/0', '::/0'], addresses],
    [
      ['::/0', '0.0.0.0/0'],
      ['fd00::1', '2001:db8::1', '10.3.4.5', '192.168.3.8', '10.0.0.1'],
    ],
    [['0.0.0.0/0', '!10.0.0.0/8'], ['192.168.3.8']],
    [
      ['!10.0.0.0/8', '0.0.0.0/0'],
      ['10.3.4.5', '192.168.3.8', '10.0.0.1'],
    ],
    [
      ['0.0.0.0/0', '!10.0.0.0/8', '10.3.0.0/16'],
      ['192.168.3.8', '10.3.4.5'],
    ],
    [
      ['10.0.0.1', 'fd00::1', '10.0.0.0/8'],
      ['10.0.0.1', 'fd00::1', '10.3.4.5'],
    ],
    [['192.168.3.99/24'], ['192.168.3.8']],
    [['::ffff:0:0/96'], []],
  ])('%j selects %j', (rules, selected) => {
    expect(filterIpAddresses(addresses, rules)).toEqual(selected);
  });

  test.each(['', '!', 'eth0', '10.0.0.0/33', '!!10.0.0.0/8', ' 10.0.0.0/8', '10.0.0.0/'])('refuses %j', (text) => {
    expect(() => filterIpAddresses([], [text])).toThrow(RangeError);
  });

  test.prop([fc.array(rule, { maxLength: 6 })])(
    'keeps an address when the last rule that matches it includes',
    (rules) => {
      const selected = filterIpAddresses(addresses, rules);
      for (const address of addresses) {
        const last = rules.findLast((text) => ipPrefixContains(ipPrefixOf(text.replace('!', '')), address));
        expect(selected.includes(address)).toBe(last !== undefined && !last.startsWith('!'));
      }
      expect(new Set(selected).size).toBe(selected.length);
    },
  );
});

test('a node address filter keeps what one subnet includes and none excludes', () => {
  const given = ['10.244.0.1/24', '10.3.4.5/16', '172.20.0.2/24', 'fd00::1/64'].map(ipPrefixOf);
  const keep = (include: string[], exclude: string[]) =>
    filterNodeAddresses(given, {
      includeSubnets: include.map(ipPrefixOf),
      excludeSubnets: exclude.map(ipPrefixOf),
    }).map(ipPrefixAddress);
  expect(keep([], [])).toEqual(given.map(ipPrefixAddress));
  expect(keep([], ['10.244.0.0/16', '10.96.0.0/12'])).toEqual(['10.3.4.5', '172.20.0.2', 'fd00::1']);
  expect(keep(['10.244.0.0/16', '10.96.0.0/12'], [])).toEqual(['10.244.0.1']);
  expect(keep(['10.0.0.0/8', 'fd00::/8'], ['10.3.0.0/16'])).toEqual(['10.244.0.1', 'fd00::1']);
  expect(keep([], ['0.0.0.0/0', '::/0'])).toEqual([]);
});
