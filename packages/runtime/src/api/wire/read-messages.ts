import { fromBinary } from '@bufbuild/protobuf';
import { onlyMessage, orGenerated, type FieldReader } from '@cosi-ts/core';
import {
  CreateRequestSchema,
  DestroyRequestSchema,
  EventType,
  GetResponseSchema,
  UpdateRequestSchema,
  WatchResponseSchema,
} from '../../gen/cosi/resource/state_pb.ts';
import type { MetadataFields, ResourceFields } from './decode.ts';
import { isSmall } from './request-size.ts';

// The messages that are most of what goes over the network, read by hand: what the generated code makes of them costs
// several times as much. Whatever is not as clients write it is left to the generated code.

export interface PointerRequest {
  readonly namespace: string;
  readonly type: string;
  readonly id: string;
  readonly options?: { readonly owner?: string } | undefined;
}

/** A request that names a resource, and perhaps an owner: of Get, Destroy and Teardown. @throws Error if malformed */
export const readPointerRequest: (bytes: Uint8Array) => PointerRequest = orGenerated<PointerRequest>(
  (reader) => {
    const request = { namespace: '', type: '', id: '', options: undefined as { owner: string } | undefined };
    while (reader.next()) {
      if (reader.field === 1) request.namespace = reader.text();
      else if (reader.field === 2) request.type = reader.text();
      else if (reader.field === 3) request.id = reader.text();
      else if (reader.field === 4) request.options = readOwner(onlyMessage(request.options, reader));
    }
    return request;
  },
  (bytes) => fromBinary(DestroyRequestSchema, bytes),
  isSmall(),
);

export interface WriteRequest {
  readonly resource?: ResourceFields | undefined;
  readonly options?: { readonly owner?: string; readonly expectedPhase?: string | undefined } | undefined;
}

/** @throws Error if malformed */
export const readCreateRequest: (bytes: Uint8Array) => WriteRequest = orGenerated(
  readWrite(1, readOwner),
  (bytes) => fromBinary(CreateRequestSchema, bytes),
  isSmall(1),
);

/** @throws Error if malformed */
export const readUpdateRequest: (bytes: Uint8Array) => WriteRequest = orGenerated(
  readWrite(2, readUpdateOptions),
  (bytes) => {
    const { newResource, options } = fromBinary(UpdateRequestSchema, bytes);
    return { resource: newResource, options };
  },
  isSmall(2),
);

function readWrite(
  field: number,
  readOptions: (reader: FieldReader) => WriteRequest['options'],
): (reader: FieldReader) => WriteRequest {
  return (reader) => {
    let resource: ResourceFields | undefined;
    let options: WriteRequest['options'];
    while (reader.next()) {
      if (reader.field === field) resource = readResource(onlyMessage(resource, reader));
      else if (reader.field === field + 1) options = readOptions(onlyMessage(options, reader));
    }
    return { resource, options };
  };
}

/** The options of all requests but Update. */
function readOwner(reader: FieldReader) {
  const options = { owner: '' };
  while (reader.next()) {
    if (reader.field === 1) options.owner = reader.text();
  }
  return options;
}

function readUpdateOptions(reader: FieldReader) {
  const options = { owner: '', expectedPhase: undefined as string | undefined };
  while (reader.next()) {
    if (reader.field === 1) options.owner = reader.text();
    else if (reader.field === 2) options.expectedPhase = reader.text();
  }
  return options;
}

/** An answer that is a resource: of Get, List, Create and Update. @throws Error if malformed */
export const readResourceResponse: (bytes: Uint8Array) => ResourceFields | undefined = orGenerated(
  (reader) => {
    let resource: ResourceFields | undefined;
    while (reader.next()) {
      if (reader.field === 1) resource = readResource(onlyMessage(resource, reader));
    }
    return resource;
  },
  (bytes) => fromBinary(GetResponseSchema, bytes).resource,
);

export interface EventFields {
  eventType: number;
  resource?: ResourceFields | undefined;
  old?: ResourceFields | undefined;
  error?: string | undefined;
  bookmark?: Uint8Array | undefined;
}

/** @throws Error if malformed */
export const readEvents: (bytes: Uint8Array) => readonly EventFields[] = orGenerated(
  (reader) => {
    const events: EventFields[] = [];
    while (reader.next()) {
      if (reader.field === 1) events.push(readEvent(reader.message()));
    }
    return events;
  },
  (bytes) => fromBinary(WatchResponseSchema, bytes).event,
);

function readEvent(reader: FieldReader): EventFields {
  const event: EventFields = { eventType: EventType.CREATED };
  while (reader.next()) {
    if (reader.field === 1) event.resource = readResource(onlyMessage(event.resource, reader));
    else if (reader.field === 2) event.eventType = reader.int32();
    else if (reader.field === 3) event.old = readResource(onlyMessage(event.old, reader));
    else if (reader.field === 4) event.error = reader.text();
    else if (reader.field === 5) event.bookmark = reader.bytes();
  }
  return event;
}

function readResource(reader: FieldReader): ResourceFields {
  let metadata: MetadataFields | undefined;
  let spec: { protoSpec: Uint8Array; yamlSpec: string } | undefined;
  while (reader.next()) {
    if (reader.field === 1) metadata = readMetadata(onlyMessage(metadata, reader));
    else if (reader.field === 2) spec = readSpec(onlyMessage(spec, reader));
  }
  return { metadata, spec };
}

function readSpec(reader: FieldReader) {
  const spec = { protoSpec: new Uint8Array(0) as Uint8Array, yamlSpec: '' };
  while (reader.next()) {
    if (reader.field === 1) spec.protoSpec = reader.bytes();
    else if (reader.field === 2) spec.yamlSpec = reader.text();
  }
  return spec;
}

function readMetadata(reader: FieldReader): MetadataFields {
  const [finalizers, labels, annotations] = [[] as string[], [] as [string, string][], [] as [string, string][]];
  let [namespace, type, id, version, owner, phase] = ['', '', '', '', '', ''];
  let created: { seconds: number; nanos: number } | undefined;
  let updated: { seconds: number; nanos: number } | undefined;
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) namespace = reader.text();
    else if (field === 2) type = reader.text();
    else if (field === 3) id = reader.text();
    else if (field === 4) version = reader.text();
    else if (field === 5) owner = reader.text();
    else if (field === 6) phase = reader.text();
    else if (field === 7) created = readTimestamp(onlyMessage(created, reader));
    else if (field === 8) updated = readTimestamp(onlyMessage(updated, reader));
    else if (field === 9) finalizers.push(reader.text());
    else if (field === 10) labels.push(readEntry(reader.message()));
    else if (field === 11) annotations.push(readEntry(reader.message()));
  }
  return { namespace, type, id, version, owner, phase, created, updated, finalizers, labels, annotations };
}

function readTimestamp(reader: FieldReader) {
  const instant = { seconds: 0, nanos: 0 };
  while (reader.next()) {
    if (reader.field === 1) instant.seconds = reader.number();
    else if (reader.field === 2) instant.nanos = reader.int32();
  }
  return instant;
}

function readEntry(reader: FieldReader): [string, string] {
  const entry: [string, string] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) entry[0] = reader.text();
    else if (reader.field === 2) entry[1] = reader.text();
  }
  return entry;
}
