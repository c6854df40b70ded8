import { instantOf, messageSpace, type Timestamp } from '@cosi-ts/core';
import {
  encodeSpec,
  formatVersion,
  type Labels,
  type Metadata,
  type Resource,
  type TypeLookup,
} from '@cosi-ts/resources';
import { EventType } from '../../gen/cosi/resource/state_pb.ts';
import type { WatchEvent } from '../../state/watch.ts';
import { BackwardWriter } from './backward-writer.ts';

/**
 * The `cosi.resource` messages that carry resources, written by hand, since they are most of what a server does
 * and are made of parts that are encoded already. The responses to Get, List, Create and Update, the request of
 * Create, and an event all carry their resource as field 1, so they share its bytes, tag and length included.
 */
export function resourceEncoder(types: TypeLookup): (resource: Resource) => Uint8Array {
  // One for all, since growing a new one costs as much as what is written.
  const writer = new BackwardWriter();
  return (resource) => {
    const spec = encodeSpec(resource, types);
    // Should something have thrown, it holds half a message.
    writer.restart();
    // Go leaves out an empty field, and some of its readers can tell.
    writer.text(2, spec.yaml);
    if (spec.proto.length > 0) writer.bytes(1, spec.proto);
    writer.message(2, 0);
    const since = writer.length;
    writeMetadata(writer, resource.metadata);
    writer.message(1, since);
    writer.message(1, 0);
    return writer.finish();
  };
}

/** The same field under another number, for `UpdateRequest.new_resource` and `Event.old`. */
export function renumbered(field: Uint8Array, number: number): Uint8Array {
  const copy = field.slice();
  copy[0] = (number << 3) | 2;
  return copy;
}

/** An encoder of a `WatchResponse` with one event. One with many is these one after the other: repeated fields concatenate. */
export function eventEncoder(encode: (resource: Resource) => Uint8Array): (event: WatchEvent) => Uint8Array {
  const writer = new BackwardWriter();
  return (event) => {
    if (event.type === 'errored') {
      writer.restart();
      writer.anyText(4, event.error.message);
      writer.number(2, EventType.ERRORED);
    } else {
      const resource = encode(event.resource);
      const old = event.type === 'updated' ? renumbered(encode(event.old), 3) : undefined;
      writer.restart();
      if (event.bookmark !== undefined) writer.bytes(5, event.bookmark);
      if (old !== undefined) writer.raw(old);
      writer.number(2, EVENT_TYPES[event.type]);
      writer.raw(resource);
    }
    writer.message(1, 0);
    return writer.finish();
  };
}

const EVENT_TYPES = {
  created: EventType.CREATED,
  updated: EventType.UPDATED,
  destroyed: EventType.DESTROYED,
  bootstrapped: EventType.BOOTSTRAPPED,
  noop: EventType.NOOP,
} as const;

/** One message of several that may follow each other. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = messageSpace(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function writeMetadata(writer: BackwardWriter, metadata: Metadata): void {
  writeLabels(writer, 11, metadata.annotations);
  writeLabels(writer, 10, metadata.labels);
  const { finalizers } = metadata;
  for (let index = finalizers.length - 1; index >= 0; index -= 1) writer.anyText(9, finalizers[index] ?? '');
  writeTimestamp(writer, 8, metadata.updated);
  writeTimestamp(writer, 7, metadata.created);
  writer.text(6, metadata.phase);
  writer.text(5, metadata.owner);
  writer.text(4, formatVersion(metadata.version));
  writer.text(3, metadata.id);
  writer.text(2, metadata.type);
  writer.text(1, metadata.namespace);
}

function writeTimestamp(writer: BackwardWriter, field: number, value: Timestamp): void {
  const { seconds, nanos } = instantOf(value);
  const since = writer.length;
  writer.number(2, nanos);
  writer.number(1, seconds);
  writer.message(field, since);
}

function writeLabels(writer: BackwardWriter, field: number, labels: Labels): void {
  const [keys, values] = [labels.keys(), labels.values()];
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    const since = writer.length;
    writer.anyText(2, values[index] ?? '');
    writer.anyText(1, keys[index] ?? '');
    writer.message(field, since);
  }
}
