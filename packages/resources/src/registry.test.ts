import { Bytes } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { decodeSpec, encodeSpec, typeRegistry } from './registry.ts';
import { SchemaError } from './resource/errors.ts';
import { newMetadata, tombstone } from './resource/resource.ts';
import { Identity } from './types/cluster/identity.ts';

const registry = typeRegistry();
const identity = Identity.create('local', { nodeId: 'abc' });
const bytes = { proto: Uint8Array.from([0x0a, 3, 0x61, 0x62, 0x63]), yaml: 'nodeId: abc\n' };
const foreign = newMetadata({ namespace: 'default', type: 'Strangers.example.com', id: '1' });

describe('a type registry', () => {
  test('finds types by their full name', () => {
    expect(registry.find('Identities.cluster.talos.dev')).toBe(Identity);
    expect(registry.find('identities.cluster.talos.dev')).toBeUndefined();
    expect([...typeRegistry([Identity])]).toEqual([Identity]);
  });

  test('refuses two types of one name', () => {
    expect(() => typeRegistry([Identity, Identity])).toThrow('Identities.cluster.talos.dev is declared twice');
  });
});

describe('the encodings of a spec', () => {
  test('follow from the type if it is known', () => {
    expect(encodeSpec(identity, registry)).toEqual(bytes);
    expect(decodeSpec(Identity.type, bytes, registry)).toEqual(identity.spec);
  });

  test('are what the writer sent if it is not', () => {
    const spec = decodeSpec(foreign.type, bytes, registry);
    expect(spec).toEqual({ proto: Bytes.from(bytes.proto), yaml: bytes.yaml });
    expect(encodeSpec({ metadata: foreign, spec }, registry)).toEqual(spec);
    expect(encodeSpec({ metadata: identity.metadata, spec }, typeRegistry([]))).toEqual(spec);
  });

  test.each([undefined, null, 'text', {}, { proto: Bytes.empty }])(
    'cannot be had from %j of a type unknown',
    (spec) => {
      expect(() => encodeSpec({ metadata: foreign, spec }, registry)).toThrow(SchemaError);
    },
  );

  test('of a tombstone are empty', () => {
    expect(encodeSpec(tombstone(identity.metadata), registry)).toEqual({ proto: new Uint8Array(0), yaml: '' });
  });
});
