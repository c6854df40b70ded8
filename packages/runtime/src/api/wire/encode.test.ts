import { create, fromBinary } from '@bufbuild/protobuf';
import { Bytes, instantOf } from '@cosi-ts/core';
import {
  Labels,
  Member,
  formatVersion,
  newMetadata,
  tombstone,
  type EncodedSpec,
  type Resource,
} from '@cosi-ts/resources';
import { arbitraryOf } from '@cosi-ts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResourceSchema, type Resource as WireResource } from '../../gen/cosi/resource/resource_pb.ts';
import {
  EventType,
  GetResponseSchema,
  UpdateRequestSchema,
  WatchResponseSchema,
} from '../../gen/cosi/resource/state_pb.ts';
import { WatchOverrunError } from '../../state/errors.ts';
import type { WatchEvent } from '../../state/watch.ts';
import { EncodeCache } from './encode-cache.ts';
import { eventEncoder, resourceEncoder, renumbered } from './encode.ts';

const types = { find: (type: string) => (type === Member.type ? Member : undefined) };
const encode = resourceEncoder(types);

/** What the generated code makes of the same resource: the oracle. */
function expected({ metadata }: Resource, protoSpec: Uint8Array, yamlSpec: string): WireResource {
  const { seconds: created, nanos } = instantOf(metadata.created);
  return create(ResourceSchema, {
    metadata: {
      ...metadata,
      version: formatVersion(metadata.version),
      created: { seconds: BigInt(created), nanos },
      updated: { seconds: BigInt(instantOf(metadata.updated).seconds), nanos: instantOf(metadata.updated).nanos },
      finalizers: [...metadata.finalizers],
      labels: Object.fromEntries(metadata.labels),
      annotations: Object.fromEntries(metadata.annotations),
    },
    spec: { protoSpec, yamlSpec },
  });
}

const resources = fc
  .record({ id: fc.string({ unit: 'grapheme' }), spec: arbitraryOf(Member), label: fc.string({ unit: 'binary' }) })
  .map(({ id, spec, label }) =>
    Member.create(id, spec, { labels: Labels.of({ a: label, [label]: 'b' }), finalizers: [id], owner: label }),
  );

test('a resource is encoded as the generated code reads it', () => {
  fc.assert(
    fc.property(resources, (resource) => {
      const want = expected(resource, Member.spec.encode(resource.spec), `${Member.spec.toYaml(resource.spec)}\n`);
      expect(fromBinary(GetResponseSchema, encode(resource)).resource).toEqual(want);
      expect(fromBinary(UpdateRequestSchema, renumbered(encode(resource), 2)).newResource).toEqual(want);
    }),
  );
});

test('an empty spec is there, and its empty fields are not', () => {
  const spec: EncodedSpec = { proto: Bytes.empty, yaml: '' };
  const pointer = { namespace: 'n', type: 'os/path', id: '' };
  for (const resource of [{ metadata: newMetadata(pointer), spec }, tombstone(pointer)]) {
    expect(encode(resource).slice(-2)).toEqual(Uint8Array.of(0x12, 0));
  }
});

describe('an event', () => {
  const resource = Member.create('a', Member.spec.decode(new Uint8Array(0)));
  const old = Member.create('old', Member.spec.decode(new Uint8Array(0)));
  const bookmark = Bytes.from([1, 2]);

  test.each<[WatchEvent, object]>([
    [
      { type: 'created', resource },
      { eventType: EventType.CREATED, resource: { metadata: { id: 'a' } } },
    ],
    [
      { type: 'updated', resource, old, bookmark },
      {
        eventType: EventType.UPDATED,
        resource: { metadata: { id: 'a' } },
        old: { metadata: { id: 'old' } },
        bookmark: Uint8Array.of(1, 2),
      },
    ],
    [{ type: 'destroyed', resource, bookmark }, { eventType: EventType.DESTROYED }],
    [{ type: 'bootstrapped', resource, bookmark }, { eventType: EventType.BOOTSTRAPPED }],
    [
      { type: 'noop', resource, bookmark: Bytes.empty },
      { eventType: EventType.NOOP, bookmark: new Uint8Array(0) },
    ],
    [
      { type: 'errored', error: new WatchOverrunError('lost') },
      { eventType: EventType.ERRORED, error: 'lost' },
    ],
  ])('$0.type is a response of its own, and several one after the other are one', (event, want) => {
    const bytes = eventEncoder(encode)(event);
    expect(fromBinary(WatchResponseSchema, bytes).event).toMatchObject([want]);
    expect(fromBinary(WatchResponseSchema, Uint8Array.of(...bytes, ...bytes)).event).toMatchObject([want, want]);
  });
});

describe('the cache of encoded forms', () => {
  test('encodes once, however many ask', () => {
    const cache = new EncodeCache();
    let encoded = 0;
    const make = (): Uint8Array => Uint8Array.of((encoded += 1));
    const key = {};
    expect([cache.get(key, make), cache.get(key, make), cache.get({}, make)]).toEqual([
      Uint8Array.of(1),
      Uint8Array.of(1),
      Uint8Array.of(2),
    ]);
  });

  test('holds no more than its bound, and longest what is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 200 }), fc.integer({ min: 40, max: 200 }), (asked, bound) => {
        const cache = new EncodeCache(bound);
        const keys = Array.from({ length: 31 }, (_, size) => ({ size }));
        const held = () => keys.filter((key) => cache.has(key));
        for (const index of asked) {
          const key = keys[index] ?? { size: 0 };
          cache.get(key, ({ size }) => new Uint8Array(size));
          expect(key.size > bound / 2 || held().includes(key)).toBe(true);
          expect(held().reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});
