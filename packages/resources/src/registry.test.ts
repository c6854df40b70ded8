import { Bytes } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { SchemaError } from './resource/errors.ts';
import { newMetadata, tombstone } from './resource/resource.ts';
import { typeRegistry } from './registry.ts';
import { Identity } from './types/cluster/identity.ts';

const registry = typeRegistry();
const identity = Identity.create('local', { nodeId: 'abc' });
const foreign = newMetadata({ namespace: 'default', type: 'Strangers.example.com', id: '1' });

describe('a type registry', () => {
  test('finds types by their full name', () => {
    expect(registry.find('Identities.cluster.talos.dev')).toBe(Identity);
    expect(registry.find('identities.cluster.talos.dev')).toBeUndefined();
  });

  test('refuses two types of one name', () => {
    expect(() => typeRegistry([Identity, Identity])).toThrow('Identities.cluster.talos.dev is declared twice');
  });

  test('encodes and decodes a declared type', () => {
    const encoded = registry.encode(identity);
    expect(encoded).toEqual({ proto: Bytes.from([0x0a, 3, 0x61, 0x62, 0x63]), yaml: 'nodeId: abc\n' });
    expect(registry.decode(identity.metadata, encoded)).toEqual(identity);
  });

  test('decodes a type in any namespace', () => {
    const raw = Identity.in('elsewhere').create('local', { nodeId: 'abc' });
    expect(registry.decode(raw.metadata, registry.encode(raw))).toEqual(raw);
  });

  test('passes on what it does not know, the same object', () => {
    const spec = { proto: Bytes.from([1, 2]), yaml: 'a: b\n' };
    const resource = registry.decode(foreign, spec);
    expect(resource.spec).toBe(spec);
    expect(registry.encode(resource)).toBe(spec);
  });

  test.each([undefined, null, 'text', {}, { proto: Bytes.empty }])(
    'cannot encode %j of a type it does not know',
    (spec) => {
      expect(() => registry.encode({ metadata: foreign, spec })).toThrow(SchemaError);
    },
  );

  test('encodes a tombstone as nothing', () => {
    expect(registry.encode(tombstone(identity.metadata))).toEqual({ proto: Bytes.empty, yaml: '' });
  });
});
