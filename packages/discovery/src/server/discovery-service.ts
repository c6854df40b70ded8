import { ownedHost, type Host, type Owner, type RpcService, type TlsIdentity } from '@cosi-ts/core';
import type { HelloOptions } from './calls/hello.ts';
import { discoveryRpcService } from './calls/rpc-service.ts';
import { Watches } from './calls/watches.ts';
import { clientIpReader } from './client-ip.ts';
import type { DiscoveryServiceOptions } from './options.ts';
import { startCollection, type Collected } from './collection.ts';
import { logged } from './observe/logged.ts';
import { observed } from './observe/observed.ts';
import type { DiscoveryObserver } from './observe/observer.ts';
import { discoveryPages } from './pages/pages.ts';
import { limited } from './rate-limit/limited.ts';
import { keepSnapshots, loadSnapshot, saveLastSnapshot } from './snapshots/snapshots.ts';
import { Clusters, type Counts } from './state/clusters.ts';

export interface DiscoveryService {
  /** Where it listens, with the chosen port. */
  readonly address: string;
  /** Where the pages are by themselves, if they are. */
  readonly landingAddress: string | undefined;
  /**
   * Shows another certificate to connections from now on.
   * @throws RpcError INVALID_ARGUMENT if it cannot be used: then the old one stays
   */
  renew(tls: TlsIdentity): void;
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
  const { snapshots: settings, observer } = options;
  const host = ownedHost(options.host, owner);
  const clusters = new Clusters(host.clock, { maxClusters: options.maxClusters ?? 100_000 });
  const watches = new Watches({
    host,
    clusters,
    maxWatchers: options.maxWatchers ?? 50_000,
    stuckTimeout: options.stuckWatcherTimeout ?? 30_000,
  });
  const snapshots = settings && { host, owner, clusters, settings, observer };
  if (snapshots) await loadSnapshot(snapshots);

  owner.signal.addEventListener('abort', () => watches.endAll(), { once: true });
  const web = discoveryPages(clusters, host.clock);
  const landing =
    options.landingAddress === undefined
      ? undefined
      : await host.rpc.listen({ address: options.landingAddress }, [], { web });
  const listener = await host.rpc.listen(
    { address: options.address, tls: options.tls },
    [calls({ clusters, watches, host }, options)],
    { web: options.pages === true ? web : undefined },
  );
  // What callers were still told goes into the last snapshot.
  owner.defer(async () => {
    await listener.close();
    if (snapshots) await saveLastSnapshot(snapshots);
  });

  startCollection({
    host,
    owner,
    clusters,
    interval: options.gcInterval ?? 60_000,
    onCollected: (removed) => onCollected(removed, clusters, host, observer),
  });
  if (snapshots) keepSnapshots(snapshots);
  const service: DiscoveryService = {
    address: listener.address,
    landingAddress: landing?.address,
    renew: (tls) => listener.renew(tls),
    counts: () => ({ ...clusters.counts(), watchers: watches.count }),
  };
  const { address, landingAddress } = service;
  host.log.info('the discovery service listens', { address, ...(landing && { landingAddress }) });
  return service;
}

/** The calls, each logged, then held to the limit, then counted. */
function calls(
  { clusters, watches, host }: { clusters: Clusters; watches: Watches; host: Host },
  options: DiscoveryServiceOptions,
): RpcService {
  const { observer, rateLimit = 15, rateBurst = 60 } = options;
  const hello = helloOptions(options);
  const service = discoveryRpcService({ clusters, watches, hello, observer });
  const counted = observer === undefined ? service : observed(service, host.clock, observer);
  const limits = { rate: rateLimit, burst: rateBurst };
  return logged(rateLimit === 0 ? counted : limited(counted, host, hello.clientIp, limits), host);
}

function helloOptions({ trust, reportsClientIp, redirect, redirectClusters }: DiscoveryServiceOptions): HelloOptions {
  return {
    clientIp: clientIpReader({
      xRealIp: trust?.xRealIp ?? false,
      firstXForwardedFor: trust?.firstXForwardedFor ?? false,
    }),
    reportsClientIp: reportsClientIp ?? true,
    redirect: redirect === '' ? undefined : redirect,
    redirectClusters: redirectClusters ?? new Map<string, string>(),
  };
}

function onCollected(removed: Collected, { size }: Clusters, { log }: Host, observer?: DiscoveryObserver): void {
  observer?.collected(removed);
  const { affiliates, clusters } = removed;
  if (affiliates + clusters > 0) log.info('what expired was removed', { affiliates, clusters, clustersLeft: size });
}
