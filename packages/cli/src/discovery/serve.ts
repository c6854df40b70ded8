import { resolve } from 'node:path';
import { Owner, realHost, type Host } from '@cosi-ts/core';
import { startDiscoveryService, type DiscoveryServiceOptions } from '@cosi-ts/discovery';
import type { DiscoveryServeOptions } from '../commands/discovery-serve.ts';
import { asCommandError } from '../commands/failures.ts';
import type { CommandIo } from '../io.ts';
import { textLogger } from '../output/log.ts';

/** Runs the discovery service until the command is told to stop. */
export async function serveDiscovery(io: CommandIo, options: DiscoveryServeOptions): Promise<void> {
  const stopped = io.stopped();
  const isDebug = options.debug === true || io.env['MODE'] === 'dev';
  const host = realHost({ log: textLogger(io.err, isDebug ? 'debug' : options.logLevel) });
  const owner = new Owner('discovery');
  try {
    await startDiscoveryService(serviceOptions(io, options, host, owner));
    await aborted(stopped);
    host.log.info('stopping');
    await owner.close();
  } catch (thrown) {
    await owner.close().catch(() => undefined);
    throw asCommandError(thrown);
  }
}

function serviceOptions(
  { cwd }: CommandIo,
  options: DiscoveryServeOptions,
  host: Host,
  owner: Owner,
): DiscoveryServiceOptions {
  const { gcInterval, rateLimit, rateBurst, maxClusters, maxWatchers, stuckWatcherTimeout } = options;
  return {
    host,
    owner,
    address: options.addr,
    gcInterval,
    rateLimit,
    rateBurst,
    maxClusters,
    maxWatchers,
    stuckWatcherTimeout,
    redirect: options.redirectEndpoint,
    redirectClusters: options.redirectCluster,
    trust: { xRealIp: options.trustXRealIp, firstXForwardedFor: options.trustFirstXForwardedFor },
    ...(options.snapshotsEnabled && {
      snapshots: { path: resolve(cwd, options.snapshotPath), interval: options.snapshotInterval },
    }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
