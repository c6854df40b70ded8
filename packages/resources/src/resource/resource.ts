import { EPOCH, type Bytes, type Timestamp } from '@cosi-ts/core';
import { Labels } from './labels.ts';
import type { Metadata, Pointer } from './metadata.ts';
import { UNDEFINED_VERSION, type Version } from './version.ts';

/** A resource is an immutable value: readers, caches, watchers and histories share one object. */
export interface Resource<S = unknown> {
  readonly metadata: Metadata;
  readonly spec: S;
}

/** The spec of a type that nobody declared here: the bytes its writer sent, both encodings, unchecked. */
export interface EncodedSpec {
  readonly proto: Bytes;
  readonly yaml: string;
}

/** What stands where a spec would be in a tombstone. */
export const NO_SPEC: unique symbol = Symbol.for('cosi-ts.no-spec');

/** A resource without a spec: what an event carries when there is no resource to show. */
export type Tombstone = Resource<typeof NO_SPEC>;

export function isTombstone(resource: Resource): resource is Tombstone {
  return resource.spec === NO_SPEC;
}

export function tombstone(pointer: Pointer & { readonly version?: Version }): Tombstone {
  return {
    metadata: newMetadata(pointer, pointer.version === undefined ? {} : { version: pointer.version }),
    spec: NO_SPEC,
  };
}

/** What a writer may say about a resource that is not stored yet. */
export interface NewMetadata {
  readonly version?: Version;
  readonly owner?: string;
  readonly phase?: Metadata['phase'];
  readonly created?: Timestamp;
  readonly updated?: Timestamp;
  readonly finalizers?: readonly string[];
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

/** Metadata of a resource that is not stored yet; the state sets version and timestamps when it creates it. */
export function newMetadata(pointer: Pointer, given: NewMetadata = {}): Metadata {
  return {
    namespace: pointer.namespace,
    type: pointer.type,
    id: pointer.id,
    version: given.version ?? UNDEFINED_VERSION,
    owner: given.owner ?? '',
    phase: given.phase ?? 'running',
    created: given.created ?? EPOCH,
    updated: given.updated ?? EPOCH,
    finalizers: given.finalizers ?? NO_FINALIZERS,
    labels: given.labels ?? Labels.empty,
    annotations: given.annotations ?? Labels.empty,
  };
}

const NO_FINALIZERS: readonly string[] = Object.freeze([]);
