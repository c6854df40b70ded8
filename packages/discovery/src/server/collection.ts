import type { Host, Owner } from '@cosi-ts/core';
import type { Clusters } from './state/clusters.ts';

export interface Collected {
  readonly clusters: number;
  readonly affiliates: number;
}

export interface CollectionOptions {
  readonly host: Host;
  readonly owner: Owner;
  readonly clusters: Clusters;
  /** Milliseconds from the end of a pass to the next. */
  readonly interval: number;
  readonly onCollected: (collected: Collected) => void;
}

/** Removes what expired, now and then. Nothing expires by being read. */
export function startCollection(options: CollectionOptions): void {
  const { host, owner, interval } = options;
  const pass = (): void => {
    if (!owner.isOpen) return;
    owner.run(async (signal) => {
      options.onCollected(await collectAll(options, signal));
      if (!signal.aborted) host.timers.after(interval, pass, { background: true });
    });
  };
  pass();
}

async function collectAll({ clusters, host }: CollectionOptions, signal: AbortSignal): Promise<Collected> {
  const collected = { clusters: 0, affiliates: 0 };
  for (const table of clusters.all()) {
    if (signal.aborted) break;
    collected.affiliates += clusters.collect(table);
    if (clusters.dropIfUnused(table.name)) collected.clusters += 1;
    const turn = host.pace.yield();
    if (turn !== undefined) await turn;
  }
  return collected;
}
