import { ownedHost, type Host, type Owner, type TlsIdentity } from '@cosi-ts/core';
import { discoveryRpcService } from './calls/rpc-service.ts';
import { Watches } from './calls/watches.ts';
import type { HeaderTrust } from './client-ip.ts';
import { startCollection, type Collected } from './collection.ts';
import { Clusters, type Counts } from './state/clusters.ts';

export interface DiscoveryServiceOptions {
  readonly host: Host;
  /** Ends the service when it closes: first the watches, cleanly, then the rest. */
  readonly owner: Owner;
  /** `host:port`; a port of 0 lets the system choose. */
  readonly address: string;
  readonly tls?: TlsIdentity | undefined;
  /** Milliseconds between two removals of what expired; a minute by default. */
  readonly gcInterval?: number | undefined;
  /** Headers that tell a caller's address; none by default, since any caller can write them. */
  readonly trust?: Partial<HeaderTrust> | undefined;
  /** Whether Hello tells callers their address; it does by default. */
  readonly reportsClientIp?: boolean | undefined;
  /** `host:port` that Hello sends all clients to. */
  readonly redirect?: string | undefined;
  /** The same for single clusters, by id; before `redirect`. */
  readonly redirectClusters?: ReadonlyMap<string, string> | undefined;
  /** 100,000 by default. */
  readonly maxClusters?: number | undefined;
  /** 50,000 by default. */
  readonly maxWatchers?: number | undefined;
  /** Milliseconds after which a watcher that takes nothing is ABORTED; 30 s by default. */
  readonly stuckWatcherTimeout?: number | undefined;
}

export interface DiscoveryService {
  /** Where it listens, with the chosen port. */
  readonly address: string;
  /** What it holds right now. Costs a look at each affiliate. */
  counts(): DiscoveryCounts;
}

export interface DiscoveryCounts extends Counts {
  readonly watchers: number;
}

/**
 * Starts the service that nodes of a cluster find each other at. It keeps sealed affiliates for as long as their
 * lifetimes say and tells all who watch a cluster; it never has a key.
 *
 * @throws RpcError UNAVAILABLE if the address cannot be bound
 */
export async function startDiscoveryService(options: DiscoveryServiceOptions): Promise<DiscoveryService> {
  const owner = options.owner.child('discovery-service');
  try {
    return await start(options, owner);
  } catch (error) {
    await owner.close();
    throw error;
  }
}

async function start(options: DiscoveryServiceOptions, owner: Owner): Promise<DiscoveryService> {
  const host = ownedHost(options.host, owner);
  const clusters = new Clusters(host.clock, { maxClusters: options.maxClusters ?? 100_000 });
  const watches = new Watches({
    host,
    clusters,
    maxWatchers: options.maxWatchers ?? 50_000,
    stuckTimeout: options.stuckWatcherTimeout ?? 30_000,
  });
  owner.signal.addEventListener('abort', () => watches.endAll(), { once: true });
  const service = discoveryRpcService({ clusters, watches, hello: helloOptions(options) });
  const { address } = await host.rpc.listen({ address: options.address, tls: options.tls }, [service]);
  startCollection({
    host,
    owner,
    clusters,
    interval: options.gcInterval ?? 60_000,
    onCollected: (collected) => logCollected(host, collected, clusters.size),
  });
  host.log.info('the discovery service listens', { address });
  return { address, counts: () => ({ ...clusters.counts(), watchers: watches.count }) };
}

function helloOptions({ trust, reportsClientIp, redirect, redirectClusters }: DiscoveryServiceOptions) {
  return {
    trust: { xRealIp: trust?.xRealIp ?? false, firstXForwardedFor: trust?.firstXForwardedFor ?? false },
    reportsClientIp: reportsClientIp ?? true,
    redirect: redirect === '' ? undefined : redirect,
    redirectClusters: redirectClusters ?? new Map<string, string>(),
  };
}

function logCollected({ log }: Host, { affiliates, clusters }: Collected, left: number): void {
  if (affiliates + clusters > 0) log.info('what expired was removed', { affiliates, clusters, clustersLeft: left });
}
