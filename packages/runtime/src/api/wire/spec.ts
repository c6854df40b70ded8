import { Bytes } from '@cosi-ts/core';
import type { EncodedSpec, Resource } from '@cosi-ts/resources';
import type { TypeLookup } from '../../state/kinds.ts';

export interface SpecBytes {
  readonly proto: Uint8Array;
  readonly yaml: string;
}

/** Both encodings of a spec: derived for a type that is known, else the bytes that its writer sent. */
export function encodedSpecOf(resource: Resource, types: TypeLookup): SpecBytes {
  const { metadata, spec } = resource;
  const codec = types.find(metadata.type)?.spec;
  if (codec !== undefined) return { proto: codec.encode(spec), yaml: `${codec.toYaml(spec)}\n` };
  if (!isEncodedSpec(spec)) throw new TypeError(`nobody can encode a ${metadata.type}: its type is not registered`);
  return { proto: spec.proto.toUint8Array(), yaml: spec.yaml };
}

/** The spec of a resource that arrives. @throws SchemaError if its type is known and the bytes are no such message. */
export function specFrom(type: string, proto: Uint8Array, yaml: string, types: TypeLookup): unknown {
  const codec = types.find(type)?.spec;
  if (codec !== undefined) return codec.decode(proto);
  const spec: EncodedSpec = { proto: Bytes.from(proto), yaml };
  return Object.freeze(spec);
}

function isEncodedSpec(spec: unknown): spec is EncodedSpec {
  return typeof spec === 'object' && spec !== null && 'proto' in spec && spec.proto instanceof Bytes && 'yaml' in spec;
}
