import { Bytes } from '@cosi-ts/core';
import { SchemaError } from './resource/errors.ts';
import type { ResourceType } from './resource/resource-type.ts';
import { isTombstone, type EncodedSpec, type Resource } from './resource/resource.ts';
import { builtinTypes } from './types/builtin.ts';

/** Where a process's types are looked up. */
export interface TypeLookup {
  /** A type by its full name, whose case matters. */
  find(type: string): ResourceType | undefined;
}

/** The resource types that a program knows. An object to hand around: two in one process know nothing of each other. */
export interface TypeRegistry extends TypeLookup, Iterable<ResourceType> {}

/** @throws TypeError if two types share a name. */
export function typeRegistry(types: Iterable<ResourceType> = builtinTypes): TypeRegistry {
  const byName = new Map<string, ResourceType>();
  for (const type of types) {
    if (byName.has(type.type)) throw new TypeError(`${type.type} is declared twice`);
    byName.set(type.type, type);
  }
  return { find: (name) => byName.get(name), [Symbol.iterator]: () => byName.values() };
}

/** Both encodings of a spec as they travel; the YAML form has its last line break. */
export interface SpecBytes {
  readonly proto: Uint8Array;
  readonly yaml: string;
}

/** The same, where whoever wrote them may share them with everybody. */
export interface SpecForms {
  readonly proto: Uint8Array | Bytes;
  readonly yaml: string;
}

/**
 * Encodes a resource's spec: derived for a type that is known, else what its writer sent. A tombstone has nothing to encode.
 *
 * @throws SchemaError for a spec of an unknown type, unless it is encoded already.
 */
export function encodeSpec(resource: Resource, types: TypeLookup): SpecForms {
  const { metadata, spec } = resource;
  if (isTombstone(resource)) return NOTHING;
  const codec = types.find(metadata.type)?.spec;
  if (codec !== undefined) return { proto: codec.encode(spec), yaml: `${codec.toYaml(spec)}\n` };
  if (!isEncoded(spec)) throw new SchemaError('', `nobody can encode a ${metadata.type}: the type is not declared`);
  return spec;
}

/**
 * The spec of a resource that arrives. The protobuf form is read; a spec of an unknown type stays encoded.
 *
 * @throws SchemaError for bytes that are no such spec.
 */
export function decodeSpec(type: string, { proto, yaml }: SpecBytes, types: TypeLookup): unknown {
  const codec = types.find(type)?.spec;
  if (codec !== undefined) return codec.decode(proto);
  return Object.freeze<EncodedSpec>({ proto: Bytes.from(proto), yaml });
}

const NOTHING: SpecForms = { proto: new Uint8Array(0), yaml: '' };

function isEncoded(spec: unknown): spec is EncodedSpec {
  return typeof spec === 'object' && spec !== null && 'proto' in spec && spec.proto instanceof Bytes && 'yaml' in spec;
}
