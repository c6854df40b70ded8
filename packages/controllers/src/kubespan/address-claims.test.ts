import { compareUtf8 } from '@cosi-ts/core';
import {
  ipPrefixOf,
  prefixSetOf,
  prefixSetPrefixes,
  prefixSetsOverlap,
  subtractPrefixSet,
  type IpPrefix,
  type PrefixSet,
} from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { AddressClaims } from './address-claims.ts';

// A universe small enough that peers meet, nest and touch, in both families.
const prefix = fc.oneof(
  fc.tuple(fc.nat(15), fc.integer({ min: 28, max: 32 })).map(([host, bits]) => ipPrefixOf(`10.0.0.${host}/${bits}`)),
  fc
    .tuple(fc.nat(15), fc.integer({ min: 124, max: 128 }))
    .map(([host, bits]) => ipPrefixOf(`fd00::${host.toString(16)}/${bits}`)),
  fc.constantFrom(ipPrefixOf('0.0.0.0/0'), ipPrefixOf('::/0'), ipPrefixOf('255.255.255.255/32')),
);
const peer = fc.constantFrom('a', 'b', 'c', 'd', '\u{1f600}', '\uffee');
const step = fc.record({ peer, prefixes: fc.option(fc.array(prefix, { maxLength: 4 })) });

describe('claims to addresses', () => {
  test.prop([fc.array(step, { maxLength: 30 })])(
    'are granted to the peer with the least id, whatever happened before',
    (steps) => {
      const claims = new AddressClaims();
      const sets = new Map<string, PrefixSet>();
      for (const { peer, prefixes } of steps) {
        const before = grants(sets);
        const set = prefixes === null ? undefined : prefixSetOf(prefixes);
        if (set === undefined) sets.delete(peer);
        else sets.set(peer, set);
        const affected = claims.claim(peer, set);
        const after = grants(sets);
        for (const [id, granted] of after) {
          expect(prefixSetPrefixes(claims.granted(id).set)).toEqual(granted);
          // Nobody else has to be looked at again.
          if (id !== peer && !affected.has(id)) expect(granted).toEqual(before.get(id));
        }
        for (const [id, set] of sets) {
          const rivals = [...sets].filter(
            ([other]) => compareUtf8(other, id) < 0 && prefixSetsOverlap(sets.get(other) ?? set, set),
          );
          for (const rival of claims.granted(id).rivals) expect(rivals.map(([other]) => other)).toContain(rival);
          if (rivals.length > 0) expect(claims.granted(id).rivals).not.toEqual([]);
        }
      }
    },
  );

  test('that were taken back leave nothing', () => {
    const claims = new AddressClaims();
    claims.claim('b', prefixSetOf([ipPrefixOf('10.0.0.0/8')]));
    claims.claim('a', prefixSetOf([ipPrefixOf('10.1.0.0/16'), ipPrefixOf('10.3.0.0/16')]));
    expect(prefixSetPrefixes(claims.granted('b').set)).not.toEqual(['10.0.0.0/8']);
    expect([...claims.claim('a', undefined)]).toEqual(['b']);
    expect(prefixSetPrefixes(claims.granted('b').set)).toEqual(['10.0.0.0/8']);
    expect(prefixSetPrefixes(claims.granted('a').set)).toEqual([]);
  });
});

/** The rule, plainly: each peer gets its own addresses without those of the peers before it. */
function grants(sets: ReadonlyMap<string, PrefixSet>): Map<string, readonly IpPrefix[]> {
  const inOrder = [...sets].sort(([a], [b]) => compareUtf8(a, b));
  return new Map(
    inOrder.map(([id, set], index) => {
      const earlier = inOrder.slice(0, index).map(([, other]) => other);
      return [id, prefixSetPrefixes(earlier.reduce(subtractPrefixSet, set))];
    }),
  );
}
