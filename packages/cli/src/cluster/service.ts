import { RpcError, writeFileAtomically, type Host, type Owner } from '@cosi-ts/core';
import { startDiscoveryService } from '@cosi-ts/discovery';

/**
 * Keeps the address of the embedded discovery service from one start to the next, on its first line; on the others
 * earlier ones, which nodes may still name if a start was interrupted before it had pointed all of them here.
 */
const FILE = 'discovery-service';

/** An affiliate that went is told of within a second. */
const GC_INTERVAL = 1000;

export interface ClusterService {
  readonly endpoint: string;
  /** Where it was before, if it is not there any more. */
  readonly previous: readonly string[];
  /** To be called when no node names a previous endpoint any more. */
  settle(): Promise<void>;
}

/** Starts a cluster's own discovery service on a loopback port: the one it had before, if that is free. */
export async function startClusterService(host: Host, owner: Owner, directory: string): Promise<ClusterService> {
  const path = `${directory}/${FILE}`;
  const known = addressesIn(await host.files.read(path));
  const address = await listen(host, owner, known[0] ?? '127.0.0.1:0');
  const previous = [...new Set(known)].filter((one) => one !== address);
  const keep = (addresses: readonly string[]): Promise<void> =>
    writeFileAtomically(host.files, path, new TextEncoder().encode(addresses.map((one) => `${one}\n`).join('')));
  if (address !== known[0]) await keep([address, ...previous]);
  return {
    endpoint: urlOf(address),
    previous: previous.map(urlOf),
    settle: () => (previous.length === 0 ? Promise.resolve() : keep([address])),
  };
}

function addressesIn(bytes: Uint8Array | undefined): readonly string[] {
  const lines = bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n');
  return lines.map((line) => line.trim()).filter((line) => /^127\.0\.0\.1:\d+$/.test(line));
}

function urlOf(address: string): string {
  return `http://${address}`;
}

async function listen(host: Host, owner: Owner, wanted: string): Promise<string> {
  const options = { host, owner, gcInterval: GC_INTERVAL, rateLimit: 0 };
  try {
    return (await startDiscoveryService({ ...options, address: wanted })).address;
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || wanted.endsWith(':0')) throw thrown;
    host.log.warn('the port of the discovery service is taken, another one is chosen', { port: wanted });
    return (await startDiscoveryService({ ...options, address: '127.0.0.1:0' })).address;
  }
}
