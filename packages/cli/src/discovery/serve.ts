import { resolve } from 'node:path';
import { aborted, Owner, ownedHost, realHost, type Host } from '@cosi-ts/core';
import { startDiscoveryService, type DiscoveryService, type DiscoveryServiceOptions } from '@cosi-ts/discovery';
import type { DiscoveryServeOptions } from '../commands/discovery-serve.ts';
import { asCommandError } from '../commands/failures.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { textLogger } from '../log/text-logger.ts';
import { keepIdentity, readIdentity } from '../tls/identity-files.ts';
import { discoveryMetrics } from './metrics.ts';

/** Runs the discovery service until the command is told to stop. */
export async function serveDiscovery(io: CommandIo, options: DiscoveryServeOptions): Promise<void> {
  const stopped = io.stopped();
  const isDebug = options.debug === true || io.env['MODE'] === 'dev';
  const host = realHost({ log: textLogger(io.err, isDebug ? 'debug' : options.logLevel) });
  const owner = new Owner('discovery');
  try {
    await start(io, options, host, owner);
    await aborted(stopped);
    host.log.info('stopping');
    await owner.close();
  } catch (thrown) {
    await owner.close().catch(() => undefined);
    throw asCommandError(thrown);
  }
}

async function start(io: CommandIo, options: DiscoveryServeOptions, host: Host, owner: Owner): Promise<void> {
  const owned = ownedHost(host, owner);
  const hasSnapshots = options.snapshotsEnabled;
  const metrics =
    options.metricsAddr === '' ? undefined : discoveryMetrics({ hasSnapshots, counts: () => service.counts() });
  const certificate = certificateOf(io, options);
  const service: DiscoveryService = await startDiscoveryService({
    ...serviceOptions(io, options, host, owner),
    tls: certificate && (await readIdentity(owned.files, certificate)),
    observer: metrics?.observer,
  });
  if (certificate) keepIdentity(owned, owner, certificate, (tls) => service.renew(tls));
  if (metrics) {
    const { address } = await owned.rpc.listen({ address: options.metricsAddr }, [], { web: metrics.page });
    host.log.info('metrics are served', { address });
  }
}

function certificateOf({ cwd }: CommandIo, { certificatePath, keyPath }: DiscoveryServeOptions) {
  if (certificatePath === '' && keyPath === '') return undefined;
  if (certificatePath === '' || keyPath === '') {
    throw new CommandError('TLS needs both: give --certificate-path and --key-path');
  }
  return { certificate: resolve(cwd, certificatePath), key: resolve(cwd, keyPath) };
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
    pages: true,
    landingAddress: options.landingAddr === '' ? undefined : options.landingAddr,
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
