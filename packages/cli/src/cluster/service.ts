import { RpcError, writeFileAtomically, type Host, type Owner } from '@cosi-ts/core';
import { startDiscoveryService } from '@cosi-ts/discovery';

/** Keeps the port of the embedded discovery service from one start to the next. */
const FILE = 'discovery-service';

/** An affiliate that went is told of within a second. */
const GC_INTERVAL = 1000;

/**
 * Starts a cluster's own discovery service on a loopback port: the one it had before, if that is free.
 * @returns its URL, and the one it had before
 */
export async function startClusterService(
  host: Host,
  owner: Owner,
  directory: string,
): Promise<{ readonly endpoint: string; readonly previous: string | undefined }> {
  const path = `${directory}/${FILE}`;
  const bytes = await host.files.read(path);
  const kept = bytes === undefined ? undefined : /^127\.0\.0\.1:\d+$/.exec(new TextDecoder().decode(bytes).trim())?.[0];
  const address = await listen(host, owner, kept ?? '127.0.0.1:0');
  if (address !== kept) await writeFileAtomically(host.files, path, new TextEncoder().encode(`${address}\n`));
  return { endpoint: `http://${address}`, previous: kept === undefined ? undefined : `http://${kept}` };
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
