import {
  RpcError,
  writeFileAtomically,
  type Host,
  type Owner,
  type RpcListener,
  type TlsIdentity,
} from '@cosi-ts/core';
import { API_LISTEN, servicesByNode } from '@cosi-ts/runtime';
import { formatClientConfig } from '../client-config/format.ts';
import { parseClientConfig } from '../client-config/parse.ts';
import { selectContext } from '../client-config/select.ts';
import { CommandError } from '../io.ts';
import { CERTIFICATE_LIFETIME, type Authority } from '../tls/authority.ts';
import { rolesOfCertificate } from '../tls/serve-on-port.ts';
import type { ClusterNode } from './cluster.ts';
import { CLUSTER_NAME } from './layout.ts';
import { namedNode } from './named-node.ts';
import { loadOrCreateAuthority } from './os-authority.ts';

export interface EndpointOptions {
  readonly host: Host;
  readonly owner: Owner;
  /** The cluster's: the client configurations are written there. */
  readonly directory: string;
  readonly nodes: readonly ClusterNode[];
}

const CONFIG = 'talosconfig';
const LOOPBACK = '127.0.0.1';

/** Milliseconds after which the server shows a new certificate; also one that runs for a year is never expired. */
const RENEWAL = 24 * 60 * 60_000;

/**
 * Serves the API of all nodes behind one loopback port, to clients with a certificate of the cluster's authority, and
 * writes what such clients need: `talosconfig` for admins, `talosconfig.reader` for readers.
 *
 * @returns where it listens: where it did before, if that is free.
 */
export async function startEndpoint({ host, owner, directory, nodes }: EndpointOptions): Promise<string> {
  const authority = await loadOrCreateAuthority(host, directory);
  const [first] = nodes;
  const byRole = new Map(nodes.map(({ name, node }) => [name, node.services(rolesOfCertificate)]));
  const services = servicesByNode(first?.node.services(rolesOfCertificate) ?? [], async (name) => {
    const node = name === undefined ? first : await namedNode(nodes, name);
    return node && byRole.get(node.name);
  });
  const listener = await listenAgain(host, await previousAddress(host, directory), (address) =>
    serverIdentity(authority).then((tls) => host.rpc.listen({ address, tls }, services, API_LISTEN)),
  );
  renewDaily(host, owner, authority, listener);
  await writeConfigs({ host, owner, directory, nodes }, authority, listener.address);
  return listener.address;
}

async function serverIdentity(authority: Authority): Promise<TlsIdentity> {
  const names = [LOOPBACK, 'localhost'];
  return {
    ca: authority.certificate,
    ...(await authority.issue({ use: 'server', names, lifetime: CERTIFICATE_LIFETIME })),
  };
}

function renewDaily(host: Host, owner: Owner, authority: Authority, listener: RpcListener): void {
  const renew = (): void => {
    if (!owner.isOpen) return;
    owner.run(async () => {
      listener.renew(await serverIdentity(authority));
    });
    host.timers.after(RENEWAL, renew, { background: true });
  };
  host.timers.after(RENEWAL, renew, { background: true });
}

async function previousAddress(host: Host, directory: string): Promise<string | undefined> {
  const path = `${directory}/${CONFIG}`;
  const bytes = await host.files.read(path);
  if (bytes === undefined) return undefined;
  try {
    const [endpoint] = selectContext(
      parseClientConfig(new TextDecoder().decode(bytes), path),
      undefined,
      path,
    ).endpoints;
    return endpoint?.startsWith(`${LOOPBACK}:`) === true ? endpoint : undefined;
  } catch (thrown) {
    // It is written anew in any case.
    if (thrown instanceof CommandError) return undefined;
    throw thrown;
  }
}

async function listenAgain(
  host: Host,
  previous: string | undefined,
  listen: (address: string) => Promise<RpcListener>,
): Promise<RpcListener> {
  if (previous === undefined) return listen(`${LOOPBACK}:0`);
  try {
    return await listen(previous);
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || thrown.status !== 'UNAVAILABLE') throw thrown;
    host.log.warn('the port of the API is taken, another one is chosen', { port: previous });
    return listen(`${LOOPBACK}:0`);
  }
}

async function writeConfigs(
  { host, directory, nodes }: EndpointOptions,
  authority: Authority,
  address: string,
): Promise<void> {
  for (const [file, organization] of [
    [CONFIG, 'os:admin'],
    [`${CONFIG}.reader`, 'os:reader'],
  ] as const) {
    const { certificate, key } = await authority.issue({ use: 'client', organization, lifetime: CERTIFICATE_LIFETIME });
    const context = {
      endpoints: [address],
      nodes: nodes.map(({ name, address }) => address ?? name),
      ca: authority.certificate,
      crt: certificate,
      key,
    };
    const text = formatClientConfig({ context: CLUSTER_NAME, contexts: new Map([[CLUSTER_NAME, context]]) });
    await writeFileAtomically(host.files, `${directory}/${file}`, new TextEncoder().encode(text));
  }
}
