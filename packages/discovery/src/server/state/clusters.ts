import { Changelog, EPOCH, RpcError, type ChangesCursor, type Clock, type Table } from '@cosi-ts/core';
import { countEndpoints, packEntry } from '../../wire/entries.ts';
import type { AffiliateDeleteRequest } from '../../wire/messages.ts';
import type { PackedUpdate } from '../../wire/packed-update.ts';
import { LIMITS } from '../limits.ts';
import { decideExpiry } from './decide-expiry.ts';
import { decideUpdate, type Outcome } from './decide-update.ts';
import type { StoredAffiliate } from './stored-affiliate.ts';

export interface Counts {
  readonly clusters: number;
  readonly affiliates: number;
  readonly endpoints: number;
}

/**
 * All that the service knows: a table of affiliates for each cluster. A cluster exists while it has an affiliate or
 * somebody watches it. Requests are taken as checked.
 */
export class Clusters {
  readonly #clock: Clock;
  readonly #maxClusters: number;
  readonly #changelog: Changelog<StoredAffiliate>;

  constructor(clock: Clock, { maxClusters }: { readonly maxClusters: number }) {
    this.#clock = clock;
    this.#maxClusters = maxClusters;
    // Nobody asks for past events, nor when they were; watches are `changes()`.
    this.#changelog = new Changelog(clock, { history: { initialCapacity: 1, maxCapacity: 1, gap: 0 } });
  }

  /** How many there are. */
  get size(): number {
    return this.#changelog.size;
  }

  /** The affiliates of a cluster, if it exists. Reading makes none. */
  find(clusterId: string): Table<StoredAffiliate> | undefined {
    return this.#changelog.find(clusterId);
  }

  all(): IterableIterator<Table<StoredAffiliate>> {
    return this.#changelog.tables();
  }

  /** @throws RpcError RESOURCE_EXHAUSTED if there are too many clusters, affiliates or endpoints; nothing changed then */
  update(request: PackedUpdate): void {
    const { clusterId, affiliateId } = request;
    const known = this.find(clusterId);
    const before = known?.get(affiliateId);
    if (known === undefined) this.#checkRoom();
    else if (before === undefined) checkAffiliateRoom(known);
    const outcome = decideUpdate(before, request, this.#clock.monotonic());
    this.#apply(known ?? this.#changelog.table(clusterId), affiliateId, before, outcome);
  }

  /**
   * Puts back what was kept elsewhere, into a cluster that does not exist. What is beyond the limits is left out.
   *
   * @returns how many affiliates there are now
   */
  restore(clusterId: string, affiliates: Iterable<readonly [id: string, value: StoredAffiliate]>): number {
    if (this.size >= this.#maxClusters || this.find(clusterId) !== undefined) return 0;
    const table = this.#changelog.table(clusterId);
    for (const [key, after] of affiliates) {
      if (table.size >= LIMITS.affiliatesPerCluster) break;
      if (table.get(key) === undefined) this.#changelog.commit([{ table, key, after }], COMMITTED);
    }
    this.dropIfUnused(clusterId);
    return table.size;
  }

  /** Idempotent. */
  delete({ clusterId, affiliateId }: AffiliateDeleteRequest): void {
    const table = this.find(clusterId);
    if (table?.get(affiliateId) === undefined) return;
    this.#changelog.commit([{ table, key: affiliateId, after: undefined }], COMMITTED);
    this.dropIfUnused(clusterId);
  }

  /**
   * Follows a cluster, which need not exist yet. Whoever closes the cursor calls {@link dropIfUnused} then.
   *
   * @throws RpcError RESOURCE_EXHAUSTED if there are too many clusters
   */
  follow(clusterId: string): ChangesCursor<StoredAffiliate> {
    if (this.find(clusterId) === undefined) this.#checkRoom();
    return this.#changelog.table(clusterId).changes();
  }

  /** Forgets a cluster that has no affiliate and is not watched. @returns whether it did */
  dropIfUnused(clusterId: string): boolean {
    const table = this.find(clusterId);
    if (table === undefined || table.size > 0 || table.followers > 0) return false;
    this.#changelog.drop(clusterId);
    return true;
  }

  /** Removes what expired in a cluster. @returns how many affiliates went */
  collect(table: Table<StoredAffiliate>): number {
    const now = this.#clock.monotonic();
    const fates: [id: string, before: StoredAffiliate, fate: Outcome | 'gone'][] = [];
    for (let { oldest: entry } = table; entry !== undefined; entry = entry.newer) {
      const fate = entry.value && decideExpiry(entry.value, now);
      if (entry.value !== undefined && fate !== undefined) fates.push([entry.key, entry.value, fate]);
    }
    let gone = 0;
    // One commit each: a watcher that is behind then waits for room between any two of them.
    for (const [key, before, fate] of fates) {
      if (fate !== 'gone') {
        this.#apply(table, key, before, fate);
        continue;
      }
      this.#changelog.commit([{ table, key, after: undefined }], COMMITTED);
      gone += 1;
    }
    return gone;
  }

  /** Costs a look at each affiliate. */
  counts(): Counts {
    let affiliates = 0;
    let endpoints = 0;
    for (const table of this.all()) {
      affiliates += table.size;
      for (let { oldest: entry } = table; entry !== undefined; entry = entry.newer) {
        if (entry.value !== undefined) endpoints += countEndpoints(entry.value.entry);
      }
    }
    return { clusters: this.size, affiliates, endpoints };
  }

  #apply(
    table: Table<StoredAffiliate>,
    id: string,
    before: StoredAffiliate | undefined,
    { lease, content }: Outcome,
  ): void {
    if (content !== undefined) {
      this.#changelog.commit([{ table, key: id, after: { entry: packEntry(id, content), lease } }], COMMITTED);
    } else if (before !== undefined) {
      before.lease = lease;
    }
  }

  #checkRoom(): void {
    if (this.size < this.#maxClusters) return;
    throw new RpcError('RESOURCE_EXHAUSTED', `the service has room for ${this.#maxClusters} clusters`);
  }
}

/** What a commit carries: a timestamp costs more than all the rest of it. */
const COMMITTED = { time: EPOCH };

function checkAffiliateRoom(table: Table<StoredAffiliate>): void {
  if (table.size < LIMITS.affiliatesPerCluster) return;
  throw new RpcError('RESOURCE_EXHAUSTED', `a cluster has at most ${LIMITS.affiliatesPerCluster} affiliates`);
}
