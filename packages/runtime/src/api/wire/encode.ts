import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { instantOf, type Timestamp } from '@cosi-ts/core';
import {
  encodeSpec,
  formatVersion,
  type Labels,
  type Metadata,
  type Resource,
  type SpecBytes,
  type TypeLookup,
} from '@cosi-ts/resources';
import { EventType } from '../../gen/cosi/resource/state_pb.ts';
import type { WatchEvent } from '../../state/watch.ts';

/**
 * The `cosi.resource` messages that carry resources, written by hand, since they are most of what a server does
 * and are made of parts that are encoded already. The responses to Get, List, Create and Update, the request of
 * Create, and an event all carry their resource as field 1, so they share its bytes, tag and length included.
 */
export function resourceEncoder(types: TypeLookup): (resource: Resource) => Uint8Array {
  // One for all, since growing a new one costs as much as what is written.
  let spare: BinaryWriter | undefined;
  return (resource) => {
    const spec = encodeSpec(resource, types);
    const writer = spare ?? new BinaryWriter();
    // Should something throw, this one holds half a message.
    spare = undefined;
    const bytes = writeResource(writer, resource.metadata, spec).finish();
    if (bytes.length < LARGE) spare = writer;
    return bytes;
  };
}

/** A writer that was ever as long as this, in bytes, is not kept. */
const LARGE = 64 * 1024;

function writeResource(writer: BinaryWriter, metadata: Metadata, spec: SpecBytes): BinaryWriter {
  writer.uint32(tag(1)).fork();
  writeMetadata(writer.uint32(tag(1)).fork(), metadata);
  writer.join();
  writer.uint32(tag(2)).fork();
  // Go leaves out an empty field, and some of its readers can tell.
  if (spec.proto.length > 0) writer.uint32(tag(1)).bytes(spec.proto);
  if (spec.yaml !== '') writer.uint32(tag(2)).string(spec.yaml);
  return writer.join().join();
}

/** The same field under another number, for `UpdateRequest.new_resource` and `Event.old`. */
export function renumbered(field: Uint8Array, number: number): Uint8Array {
  const copy = field.slice();
  copy[0] = tag(number);
  return copy;
}

/**
 * A `WatchResponse` with one event. One with many is these one after the other: repeated fields concatenate.
 *
 * @param encode the resource field, see {@link resourceEncoder}.
 */
export function encodeEvent(event: WatchEvent, encode: (resource: Resource) => Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(tag(1)).fork();
  if (event.type === 'errored') {
    writer.uint32(varintTag(2)).uint32(EventType.ERRORED);
    writer.uint32(tag(4)).string(event.error.message);
    return writer.join().finish();
  }
  writer.raw(encode(event.resource));
  const number = EVENT_TYPES[event.type];
  if (number !== 0) writer.uint32(varintTag(2)).uint32(number);
  if (event.type === 'updated') writer.raw(renumbered(encode(event.old), 3));
  if (event.bookmark !== undefined) writer.uint32(tag(5)).bytes(event.bookmark.toUint8Array());
  return writer.join().finish();
}

const EVENT_TYPES = {
  created: EventType.CREATED,
  updated: EventType.UPDATED,
  destroyed: EventType.DESTROYED,
  bootstrapped: EventType.BOOTSTRAPPED,
  noop: EventType.NOOP,
} as const;

function writeMetadata(writer: BinaryWriter, metadata: Metadata): void {
  text(writer, 1, metadata.namespace);
  text(writer, 2, metadata.type);
  text(writer, 3, metadata.id);
  text(writer, 4, formatVersion(metadata.version));
  text(writer, 5, metadata.owner);
  text(writer, 6, metadata.phase);
  timestamp(writer, 7, metadata.created);
  timestamp(writer, 8, metadata.updated);
  for (const finalizer of metadata.finalizers) writer.uint32(tag(9)).string(finalizer);
  labels(writer, 10, metadata.labels);
  labels(writer, 11, metadata.annotations);
}

function text(writer: BinaryWriter, number: number, value: string): void {
  if (value !== '') writer.uint32(tag(number)).string(value);
}

function timestamp(writer: BinaryWriter, number: number, value: Timestamp): void {
  const { seconds, nanos } = instantOf(value);
  writer.uint32(tag(number)).fork();
  if (seconds !== 0) writer.uint32(varintTag(1)).int64(seconds);
  if (nanos !== 0) writer.uint32(varintTag(2)).int32(nanos);
  writer.join();
}

function labels(writer: BinaryWriter, number: number, values: Labels): void {
  for (const [key, value] of values) {
    writer.uint32(tag(number)).fork().uint32(tag(1)).string(key).uint32(tag(2)).string(value).join();
  }
}

/** The tag of a field with a length. */
function tag(number: number): number {
  return (number << 3) | 2;
}

function varintTag(number: number): number {
  return number << 3;
}
