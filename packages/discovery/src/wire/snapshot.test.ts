import { Buffer } from 'node:buffer';
import { create, toBinary } from '@bufbuild/protobuf';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { StateSnapshotSchema } from '../gen/sidero/discovery/storage/storage_pb.ts';
import { durationOf } from './duration.ts';
import type { ClusterSnapshot } from './snapshot.ts';
import { decodeSnapshot, encodeClusterSnapshot, SnapshotError } from './snapshot.ts';

const NOW = { now: Date.UTC(2026, 0, 1) };
// A file of the original service: one affiliate with 1500 s left, its endpoint with 900 s.
const SEALED =
  '000102030405060708090a0b4d04b874a180ef2a9f459d8bb1e86268ebb9f440c1595a12570380b4376563dd6f64dc93c3b17ef91ac12318143302cd6175e3e6c31e35fc6544';
const ENDPOINT = '45c55198f8ad5b07dd423e192f7e13e8';
const FILE = `0a7b0a09636c75737465722d31126e0a066e6f64652d311a46${SEALED}2217121045c55198f8ad5b07dd423e192f7e13e81a030884072a0308dc0b`;
const CLUSTER: ClusterSnapshot = {
  id: 'cluster-1',
  affiliates: [
    { id: 'node-1', data: bytes(SEALED), endpoints: [{ data: bytes(ENDPOINT), ttl: 900_000 }], ttl: 1_500_000 },
  ],
};

const text = fc.string({ unit: 'binary', maxLength: 20 });
const data = fc.uint8Array({ maxLength: 200 });
const ttl = fc.integer({ min: -1_000_000, max: 1800 }).map((seconds) => seconds * 1000);
const clusters = fc.uniqueArray(
  fc.record({
    id: text,
    affiliates: fc.array(
      fc.record({ id: text, data, endpoints: fc.array(fc.record({ data, ttl }), { maxLength: 3 }), ttl }),
      { maxLength: 4 },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 4 },
);

describe('snapshots', () => {
  test('vector: a file of the original service', () => {
    expect(Buffer.from(encodeClusterSnapshot(CLUSTER)).toString('hex')).toBe(FILE);
    expect([...decodeSnapshot(bytes(FILE), NOW)]).toEqual([CLUSTER]);
  });

  test.prop([clusters])('come back as they were, and are what the generated code writes', (all) => {
    const file = Buffer.concat(all.map(encodeClusterSnapshot));
    expect([...decodeSnapshot(Uint8Array.from(file), NOW)]).toEqual(all);
    expect(Buffer.compare(file, oracle(all))).toBe(0);
  });

  test.prop([clusters, fc.nat()])('cut anywhere but between two clusters are refused', (all, position) => {
    const parts = all.map(encodeClusterSnapshot);
    const file = Buffer.concat(parts);
    const cut = position % (file.length + 1);
    const ends = new Set(parts.reduce<number[]>((sums, { length }) => [...sums, (sums.at(-1) ?? 0) + length], [0]));
    const decode = () => [...decodeSnapshot(file.subarray(0, cut), NOW)];
    if (ends.has(cut)) expect(decode).not.toThrow();
    else expect(decode).toThrow(SnapshotError);
  });

  test('of one cluster are refused if even a byte is missing', () => {
    const file = bytes(FILE);
    for (let cut = 1; cut < file.length; cut++) {
      expect(() => [...decodeSnapshot(file.subarray(0, cut), NOW)]).toThrow(SnapshotError);
    }
  });

  test.prop([fc.uint8Array({ maxLength: 300 })])('of random bytes are refused with one error', (random) => {
    try {
      expect([...decodeSnapshot(random, NOW)]).toBeDefined();
    } catch (error) {
      expect(error).toBeInstanceOf(SnapshotError);
    }
  });

  test('give what is sound before the damage', () => {
    const damaged = decodeSnapshot(bytes(`${FILE}0a`), NOW);
    expect(damaged.next().value).toEqual(CLUSTER);
    expect(() => damaged.next()).toThrow(SnapshotError);
  });

  test('keep whole seconds, rounded towards none left', () => {
    const left = (ttl: number) => {
      const cluster = { id: 'c', affiliates: [{ id: 'a', data: bytes(''), endpoints: [], ttl }] };
      return [...decodeSnapshot(encodeClusterSnapshot(cluster), NOW)][0]?.affiliates[0]?.ttl;
    };
    expect([1999, 1000, 999, 0, -999, -1001].map(left)).toEqual([1000, 1000, 0, 0, 0, -1000]);
  });

  test('with absolute expirations count from now', () => {
    const at = (millis: number) => durationOf((NOW.now + millis) * 1e6);
    const file = encodeState([
      {
        id: 'c',
        affiliates: [
          { id: 'a', expiration: at(1_800_000), endpoints: [{ expiration: at(900_000) }] },
          { id: 'b', expiration: at(1_800_000), ttl: durationOf(0), endpoints: [{}] },
        ],
      },
    ]);
    const [a, b] = [...decodeSnapshot(file, NOW)][0]?.affiliates ?? [];
    expect([a?.ttl, a?.endpoints[0]?.ttl]).toEqual([1_800_000, 900_000]);
    expect([b?.ttl, b?.endpoints[0]?.ttl]).toEqual([0, -NOW.now]);
  });

  test('are refused if a cluster is there twice, or something else is between clusters', () => {
    const refused = (file: Uint8Array) => expect(() => [...decodeSnapshot(file, NOW)]).toThrow(SnapshotError);
    refused(Buffer.concat([bytes(FILE), bytes(FILE)]));
    refused(Buffer.concat([bytes(FILE), Uint8Array.of(0x10, 0x00), bytes(FILE)]));
  });

  test('are refused if a cluster is larger than any can be, before it is read', () => {
    const size = encodeClusterSnapshot(CLUSTER).length - 2;
    const file = bytes(FILE);
    expect([...decodeSnapshot(file, { ...NOW, maxClusterBytes: size })]).toHaveLength(1);
    expect(() => [...decodeSnapshot(file, { ...NOW, maxClusterBytes: size - 1 })]).toThrow(/larger than/);
    expect(() => [...decodeSnapshot(bytes('0affffffffffffffffff01'), NOW)]).toThrow(/larger than/);
  });
});

function oracle(all: readonly ClusterSnapshot[]): Uint8Array {
  const ttl = (millis: number) => durationOf(millis * 1e6);
  return encodeState(
    all.map(({ id, affiliates }) => ({
      id,
      affiliates: affiliates.map((affiliate) => ({
        ...affiliate,
        ttl: ttl(affiliate.ttl),
        endpoints: affiliate.endpoints.map((endpoint) => ({ ...endpoint, ttl: ttl(endpoint.ttl) })),
      })),
    })),
  );
}

function encodeState(clusters: NonNullable<Parameters<typeof create<typeof StateSnapshotSchema>>[1]>['clusters']) {
  return toBinary(StateSnapshotSchema, create(StateSnapshotSchema, { clusters: clusters ?? [] }));
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
