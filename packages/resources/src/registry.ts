import { Bytes } from '@cosi-ts/core';
import { SchemaError } from './resource/errors.ts';
import type { Metadata } from './resource/metadata.ts';
import type { ResourceType } from './resource/resource-type.ts';
import { isTombstone, type EncodedSpec, type Resource } from './resource/resource.ts';
import { builtinTypes } from './types/builtin.ts';

/** The resource types that a program knows. An object to hand around: two in one process know nothing of each other. */
export interface TypeRegistry extends Iterable<ResourceType> {
  /** A type by its full name, whose case matters. */
  find(type: string): ResourceType | undefined;
  /**
   * Both encodings of a resource's spec. A type that is not declared passes through as its writer sent it; a tombstone has
   * nothing to encode.
   *
   * @throws SchemaError for a spec of a type that is not declared, unless it is encoded already.
   */
  encode(resource: Resource): EncodedSpec;
  /**
   * The resource of an encoded spec. The protobuf form is read; a type that is not declared stays encoded.
   *
   * @throws SchemaError for bytes that are no such spec.
   */
  decode(metadata: Metadata, spec: EncodedSpec): Resource;
}

/** @throws TypeError if two types share a name. */
export function typeRegistry(types: Iterable<ResourceType> = builtinTypes): TypeRegistry {
  const byName = new Map<string, ResourceType>();
  for (const type of types) {
    if (byName.has(type.type)) throw new TypeError(`${type.type} is declared twice`);
    byName.set(type.type, type);
  }
  return {
    [Symbol.iterator]: () => byName.values(),
    find: (name) => byName.get(name),
    encode(resource) {
      if (isTombstone(resource)) return NOTHING;
      const type = byName.get(resource.metadata.type);
      if (type === undefined) return alreadyEncoded(resource);
      return { proto: Bytes.from(type.spec.encode(resource.spec)), yaml: `${type.spec.toYaml(resource.spec)}\n` };
    },
    decode(metadata, spec) {
      const type = byName.get(metadata.type);
      return { metadata, spec: type === undefined ? spec : type.spec.decode(spec.proto.toUint8Array()) };
    },
  };
}

const NOTHING: EncodedSpec = Object.freeze({ proto: Bytes.empty, yaml: '' });

function alreadyEncoded({ metadata, spec }: Resource): EncodedSpec {
  const { proto, yaml } = (spec ?? {}) as Partial<EncodedSpec>;
  if (proto instanceof Bytes && typeof yaml === 'string') return spec as EncodedSpec;
  throw new SchemaError('', `the type ${metadata.type} is not declared`);
}
