import { CodedError } from '@cosi-ts/core';
import type { MessageShape } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { AffiliateSnapshotSchema } from '../gen/sidero/discovery/storage/storage_pb.ts';
import { ClusterSnapshotSchema } from '../gen/sidero/discovery/storage/storage_pb.ts';
import { decodeStrictly } from './codec.ts';
import type { WireDuration } from './duration.ts';
import { nanosOf } from './duration.ts';
import { MalformedMessageError } from './malformed.ts';
import { text } from './text.ts';

// The file is one StateSnapshot message, hence the concatenation of its clusters; written and read cluster by cluster,
// it never has to be in memory as objects all at once.

export interface ClusterSnapshot {
  readonly id: string;
  readonly affiliates: readonly AffiliateSnapshot[];
}

export interface AffiliateSnapshot {
  readonly id: string;
  readonly data: Uint8Array;
  readonly endpoints: readonly EndpointSnapshot[];
  /** Milliseconds it has left; not positive if it expired and was not collected yet. Whole seconds are kept. */
  readonly ttl: number;
}

export interface EndpointSnapshot {
  readonly data: Uint8Array;
  /** Milliseconds it has left, as for affiliates. */
  readonly ttl: number;
}

export interface SnapshotOptions {
  /** Wall clock in milliseconds, for the expirations of files older than relative lifetimes. */
  readonly now: number;
  /** Largest cluster to accept, in bytes; by default that of the original service, which writes none larger. */
  readonly maxClusterBytes?: number | undefined;
}

/** 1,024 affiliates of 64 endpoints, all as large as they could once be. */
const MAX_CLUSTER_BYTES = 137_912_579;

/** The file is damaged or too large; what was read before that point is sound. */
export class SnapshotError extends CodedError {
  readonly code = 'snapshot-damaged';
  /** Where in the file, in bytes. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`damaged snapshot at byte ${offset}: ${reason}`);
    this.offset = offset;
  }
}

/** One cluster's part of the file. @throws MalformedMessageError if an id holds a lone surrogate */
export function encodeClusterSnapshot(cluster: ClusterSnapshot): Uint8Array {
  const writer = new BinaryWriter().uint32(bytesTag(1)).fork();
  writeText(writer, 1, cluster.id);
  for (const affiliate of cluster.affiliates) writeAffiliate(writer, affiliate);
  return writer.join().finish();
}

/**
 * The clusters of a file, one after the other, so that the reader may pause in between. Limits of the service are not
 * checked. Bytes of the result are views into the file.
 *
 * @throws SnapshotError at the first byte that is no snapshot, also if the file ends in the middle or has a cluster twice
 */
export function* decodeSnapshot(file: Uint8Array, options: SnapshotOptions): Generator<ClusterSnapshot, void, void> {
  const seen = new Set<string>();
  for (let at = 0; at < file.length;) {
    const { start, end } = clusterBounds(file, at, options.maxClusterBytes ?? MAX_CLUSTER_BYTES);
    const cluster = decodeCluster(file.subarray(start, end), at, options.now);
    if (seen.has(cluster.id)) throw new SnapshotError('the cluster was there before', at);
    seen.add(cluster.id);
    yield cluster;
    at = end;
  }
}

function writeAffiliate(writer: BinaryWriter, { id, data, endpoints, ttl }: AffiliateSnapshot): void {
  writer.uint32(bytesTag(2)).fork();
  writeText(writer, 1, id);
  if (data.length > 0) writer.uint32(bytesTag(3)).bytes(data);
  for (const endpoint of endpoints) {
    writer.uint32(bytesTag(4)).fork();
    if (endpoint.data.length > 0) writer.uint32(bytesTag(2)).bytes(endpoint.data);
    writeTtl(writer, 3, endpoint.ttl);
    writer.join();
  }
  writeTtl(writer, 5, ttl);
  writer.join();
}

function writeText(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writer.uint32(bytesTag(field)).string(text(value, ClusterSnapshotSchema.typeName));
}

/** Present even if it is 0: only an absent one sends the reader to the legacy field. */
function writeTtl(writer: BinaryWriter, field: number, ttl: number): void {
  const seconds = Math.trunc(ttl / 1000);
  writer.uint32(bytesTag(field)).fork();
  if (seconds !== 0) writer.uint32(VARINT_TAG_1).int64(seconds);
  writer.join();
}

const VARINT_TAG_1 = 1 << 3;

function bytesTag(field: number): number {
  return (field << 3) | 2;
}

function clusterBounds(file: Uint8Array, offset: number, maxBytes: number): { start: number; end: number } {
  if (file[offset] !== bytesTag(1)) throw new SnapshotError('no cluster begins here', offset);
  let length = 0;
  let at = offset + 1;
  for (let shift = 0; ; shift += 7, at++) {
    const byte = file[at];
    if (byte === undefined) throw new SnapshotError('it ends inside a length', at);
    length += (byte & 0x7f) * 2 ** shift;
    if (length > maxBytes || shift > 28)
      throw new SnapshotError(`the cluster is larger than ${maxBytes} bytes`, offset);
    if (byte < 0x80) break;
  }
  const start = at + 1;
  const end = start + length;
  if (end > file.length) throw new SnapshotError('it ends inside a cluster', file.length);
  return { start, end };
}

function decodeCluster(bytes: Uint8Array, offset: number, now: number): ClusterSnapshot {
  try {
    const { id, affiliates } = decodeStrictly(ClusterSnapshotSchema, bytes);
    return { id, affiliates: affiliates.map((affiliate) => readAffiliate(affiliate, now)) };
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw new SnapshotError(error.message, offset);
  }
}

function readAffiliate(affiliate: MessageShape<typeof AffiliateSnapshotSchema>, now: number): AffiliateSnapshot {
  return {
    id: affiliate.id,
    data: affiliate.data,
    endpoints: affiliate.endpoints.map((endpoint) => ({ data: endpoint.data, ttl: ttlOf(endpoint, now) })),
    ttl: ttlOf(affiliate, now),
  };
}

interface Lifetime {
  readonly ttl?: WireDuration | undefined;
  readonly expiration?: WireDuration | undefined;
}

/** Milliseconds. Neither field means the moment that an empty timestamp means: 1970, long expired. */
function ttlOf({ ttl, expiration }: Lifetime, now: number): number {
  if (ttl !== undefined) return nanosOf(ttl) / 1e6;
  return nanosOf(expiration) / 1e6 - now;
}
