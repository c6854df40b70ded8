import type { Timestamp as WireTimestamp } from '@bufbuild/protobuf/wkt';
import { EPOCH, messageOf, timestampFromInstant, type Timestamp } from '@cosi-ts/core';
import {
  Labels,
  decodeSpec,
  parsePhase,
  parseVersion,
  type Metadata,
  type Pointer,
  type Resource,
  type TypeLookup,
} from '@cosi-ts/resources';
import type { Metadata as WireMetadata, Resource as WireResource } from '../../gen/cosi/resource/resource_pb.ts';
import { InvalidResourceError } from '../../state/errors.ts';

/** A resource as it arrives. @throws InvalidResourceError saying what is missing or malformed. */
export function resourceFrom(wire: WireResource | undefined, types: TypeLookup): Resource {
  const metadata = metadataFrom(wire);
  if (wire?.spec === undefined) throw invalid(metadata, 'spec is missing');
  const { protoSpec, yamlSpec } = wire.spec;
  try {
    return { metadata, spec: decodeSpec(metadata.type, { proto: protoSpec, yaml: yamlSpec }, types) };
  } catch (thrown) {
    throw invalid(metadata, messageOf(thrown));
  }
}

/** The metadata alone, for a resource that has no spec. @throws InvalidResourceError */
export function metadataFrom(wire: WireResource | undefined): Metadata {
  if (wire === undefined) throw invalid(NOBODY, 'resource is missing');
  const { metadata } = wire;
  if (metadata === undefined) throw invalid(NOBODY, 'metadata is missing');
  const { namespace, type, id, owner } = metadata;
  const version = parseVersion(metadata.version);
  if (version === undefined) throw invalid(metadata, `error parsing version: "${metadata.version}"`);
  const phase = parsePhase(metadata.phase);
  if (phase === undefined) throw invalid(metadata, `unknown phase: ${metadata.phase}`);
  return {
    namespace,
    type,
    id,
    version,
    owner,
    phase,
    created: timestampFrom(metadata, metadata.created),
    updated: timestampFrom(metadata, metadata.updated),
    finalizers: [...new Set(metadata.finalizers)],
    labels: labelsFrom(metadata.labels),
    annotations: labelsFrom(metadata.annotations),
  };
}

const NOBODY: Pointer = { namespace: '', type: '', id: '' };

function timestampFrom(metadata: WireMetadata, wire: WireTimestamp | undefined): Timestamp {
  if (wire === undefined) return EPOCH;
  try {
    return timestampFromInstant({ seconds: Number(wire.seconds), nanos: wire.nanos });
  } catch (thrown) {
    throw invalid(metadata, messageOf(thrown));
  }
}

function labelsFrom(wire: Readonly<Record<string, string>>): Labels {
  return Labels.from(Object.entries(wire));
}

function invalid({ namespace, type, id }: Pointer, reason: string): InvalidResourceError {
  return new InvalidResourceError({ namespace, type, id }, reason);
}
