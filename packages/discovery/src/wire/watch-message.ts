import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AffiliateSchema, WatchResponseSchema } from '../gen/sidero/discovery/server/cluster_pb.ts';
import { decodeStrictly } from './codec.ts';
import { MalformedMessageError } from './malformed.ts';
import type { PublishedAffiliate, WatchResponse } from './messages.ts';

/** A WatchResponse without those affiliates that are no messages. */
export interface WatchMessage extends WatchResponse {
  /** How many were left out. */
  readonly unreadable: number;
}

/**
 * Reads a WatchResponse affiliate by affiliate. Some services store any bytes for an id, so that one write of bad UTF-8
 * would make their every snapshot unreadable as a whole. Bytes of the result are views into the message.
 *
 * @throws MalformedMessageError if it is no message even so
 */
export function decodeWatchMessage(bytes: Uint8Array): WatchMessage {
  const affiliates: PublishedAffiliate[] = [];
  let unreadable = 0;
  let deleted = false;
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === 2 && typeof value === 'boolean') deleted = value;
    if (field !== 1 || typeof value === 'boolean') continue;
    const affiliate = readAffiliate(value);
    if (affiliate === undefined) unreadable += 1;
    else affiliates.push(affiliate);
  }
  return { affiliates, deleted, unreadable };
}

function readAffiliate(bytes: Uint8Array): PublishedAffiliate | undefined {
  try {
    const { id, data, endpoints } = decodeStrictly(AffiliateSchema, bytes);
    return { id, data, endpoints };
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    return undefined;
  }
}

interface Field {
  readonly field: number;
  readonly value: Uint8Array | boolean;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (type === WireType.LengthDelimited) fields.push({ field, value: reader.bytes() });
      else if (type === WireType.Varint) fields.push({ field, value: reader.bool() });
      else reader.skip(type, field);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new MalformedMessageError(WatchResponseSchema.typeName, reason);
  }
  return fields;
}
