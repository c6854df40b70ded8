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
import { InvalidResourceError } from '../../state/errors.ts';

/** A resource as a message has it, whoever read it. */
export interface ResourceFields {
  readonly metadata?: MetadataFields | undefined;
  readonly spec?: { readonly protoSpec: Uint8Array; readonly yamlSpec: string } | undefined;
}

export interface MetadataFields {
  readonly namespace: string;
  readonly type: string;
  readonly id: string;
  readonly version: string;
  readonly owner: string;
  readonly phase: string;
  readonly created?: InstantFields | undefined;
  readonly updated?: InstantFields | undefined;
  readonly finalizers: readonly string[];
  readonly labels: LabelFields;
  readonly annotations: LabelFields;
}

interface InstantFields {
  readonly seconds: number | bigint;
  readonly nanos: number;
}

type LabelFields = readonly (readonly [string, string])[] | Readonly<Record<string, string>>;

/** A resource as it arrives. @throws InvalidResourceError saying what is missing or malformed. */
export function resourceFrom(wire: ResourceFields | undefined, types: TypeLookup): Resource {
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
export function metadataFrom(wire: ResourceFields | undefined): Metadata {
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
    finalizers: metadata.finalizers.length === 0 ? [] : [...new Set(metadata.finalizers)],
    labels: labelsFrom(metadata.labels),
    annotations: labelsFrom(metadata.annotations),
  };
}

const NOBODY: Pointer = { namespace: '', type: '', id: '' };

function timestampFrom(metadata: MetadataFields, wire: InstantFields | undefined): Timestamp {
  if (wire === undefined) return EPOCH;
  try {
    return timestampFromInstant({ seconds: Number(wire.seconds), nanos: wire.nanos });
  } catch (thrown) {
    throw invalid(metadata, messageOf(thrown));
  }
}

function labelsFrom(wire: LabelFields): Labels {
  return Labels.from(isEntries(wire) ? wire : Object.entries(wire));
}

function isEntries(wire: LabelFields): wire is readonly (readonly [string, string])[] {
  return Array.isArray(wire);
}

function invalid({ namespace, type, id }: Pointer, reason: string): InvalidResourceError {
  return new InvalidResourceError({ namespace, type, id }, reason);
}
