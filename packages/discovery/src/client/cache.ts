import { create, toBinary } from '@bufbuild/protobuf';
import { messageOf, writeFileAtomically, type Host } from '@cosi-ts/core';
import { StateSnapshotSchema } from '../gen/sidero/discovery/storage/storage_pb.ts';
import { durationOf } from '../wire/duration.ts';
import type { PublishedAffiliate } from '../wire/messages.ts';
import { decodeSnapshot } from '../wire/snapshot.ts';

// The file is a snapshot as the service writes it, with one cluster, and the moment at which what it holds expires in
// the field for absolute expirations: the node's own downtime counts.

/** Where what was received is kept, as it was received. */
export interface CacheFile {
  readonly host: Host;
  /** By convention `discovery-cache.binpb` in the node's state directory. */
  readonly path: string;
  readonly clusterId: string;
}

export interface CachedAffiliate extends PublishedAffiliate {
  /** Milliseconds until it is to be forgotten. */
  readonly timeLeft: number;
}

/** What the file holds that did not expire; undefined if there is none. A damaged file is logged, never an error. */
export async function readCache({ host, path, clusterId }: CacheFile): Promise<CachedAffiliate[] | undefined> {
  try {
    const file = await host.files.read(path);
    if (file === undefined) return undefined;
    const clusters = [...decodeSnapshot(file, { now: host.clock.millis() })];
    const affiliates = clusters.find(({ id }) => id === clusterId)?.affiliates ?? [];
    const fresh = affiliates.filter(({ ttl }) => ttl > 0);
    return fresh.map(({ id, data, endpoints, ttl }) => ({
      id,
      data,
      endpoints: endpoints.map(({ data }) => data),
      timeLeft: ttl,
    }));
  } catch (thrown) {
    host.log.warn('discovery cache not readable', { path, error: messageOf(thrown) });
    return undefined;
  }
}

/** Replaces the file; of nothing, removes it. A failure is logged, never an error. */
export async function writeCache(
  { host, path, clusterId }: CacheFile,
  affiliates: readonly CachedAffiliate[],
): Promise<void> {
  try {
    if (affiliates.length === 0) await host.files.remove(path);
    else await writeFileAtomically(host.files, path, encode(clusterId, affiliates, host.clock.millis()));
  } catch (thrown) {
    host.log.warn('discovery cache not written', { path, error: messageOf(thrown) });
  }
}

function encode(clusterId: string, cached: readonly CachedAffiliate[], now: number): Uint8Array {
  const affiliates = cached.map(({ id, data, endpoints, timeLeft }) => {
    const expiration = durationOf(Math.round(now + timeLeft) * 1e6);
    return { id, data, expiration, endpoints: endpoints.map((data) => ({ data, expiration })) };
  });
  return toBinary(StateSnapshotSchema, create(StateSnapshotSchema, { clusters: [{ id: clusterId, affiliates }] }));
}
