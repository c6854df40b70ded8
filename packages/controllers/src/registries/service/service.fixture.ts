import { Buffer } from 'node:buffer';
import { Bytes } from '@cosi-ts/core';
import {
  affiliateData,
  DiscoveryClient,
  startDiscoveryService,
  type AffiliateData,
  type DiscoveryClientOptions,
  type EndpointData,
} from '@cosi-ts/discovery';
import {
  Affiliate,
  DiscoveryConfig,
  Identity,
  ipAddressFromBytes,
  type AffiliateSpec,
  type DiscoveryConfigSpec,
  type ServiceEndpoint,
} from '@cosi-ts/resources';
import { runControllers, SECRET, type Machine, type Running } from '../../controllers.fixture.ts';
import { affiliateToMessage } from './affiliate-message.ts';
import { discoveryServiceController } from './discovery-service.ts';

export const TTL = 60_000;
const KEY = Buffer.from(SECRET, 'base64');
const CLUSTER = Buffer.alloc(32, 9).toString('base64');
export const LOCAL = 'gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE';
export const RAW = Affiliate.in('cluster-raw');

/** A discovery service of ours, on port 3000 of a machine. */
export async function serve<M extends Machine>(machine: M): Promise<M> {
  const { host, owner } = machine;
  await startDiscoveryService({ host, owner, address: '0.0.0.0:3000', gcInterval: 1000 });
  return machine;
}

/** A node with the controller of the registry alone; it knows who it is. */
export async function startRegistry<M extends Machine>(
  node: M,
  services: readonly ServiceEndpoint[] = [at('service')],
): Promise<Running & { readonly node: M }> {
  const { host } = node;
  await host.files.makeDirectory('/state');
  const os = { name: 'Talos', version: 'v1.3.0' };
  const running = runControllers(node, [discoveryServiceController({ host, os, ttl: TTL, directory: '/state' })]);
  await running.of(Identity).create('local', { nodeId: LOCAL });
  await configure(running, services);
  return { ...running, node };
}

export function at(name: string, host = name): ServiceEndpoint {
  return { name, endpoint: `${host}:3000`, insecure: true };
}

export async function configure(
  running: Running,
  services: readonly ServiceEndpoint[],
  secret: { readonly key?: Uint8Array; readonly clusterId?: string } = {},
): Promise<void> {
  await running.of(DiscoveryConfig).set('cluster', discoveryConfigOf(services, secret));
}

/** What a node is told that finds its cluster by these services. */
export function discoveryConfigOf(
  services: readonly ServiceEndpoint[],
  secret: { readonly key?: Uint8Array; readonly clusterId?: string } = {},
): DiscoveryConfigSpec {
  return {
    discoveryEnabled: false,
    registryKubernetesEnabled: false,
    registryServiceEnabled: services.length > 0,
    serviceEndpoint: services[0]?.endpoint ?? '',
    serviceEndpointInsecure: services[0]?.insecure ?? false,
    serviceEncryptionKey: Bytes.from(secret.key ?? KEY),
    serviceClusterID: secret.clusterId ?? CLUSTER,
    serviceEndpoints: services,
  };
}

/** A plain client of the service, as another node or a stranger may be. */
export function join(
  { host, owner }: Machine,
  affiliateId: string,
  options: Partial<DiscoveryClientOptions> = {},
): DiscoveryClient {
  return new DiscoveryClient({
    host,
    owner,
    endpoint: 'service:3000',
    insecure: true,
    clusterId: CLUSTER,
    affiliateId,
    key: KEY,
    ttl: TTL,
    ...options,
  });
}

/** Publishes an affiliate as the node it is of would. */
export function publish(client: DiscoveryClient, spec: AffiliateSpec, endpoints: readonly EndpointData[] = []): void {
  client.setLocalData(affiliateToMessage(spec), endpoints);
}

/** What was published, without the absent parts. */
export function sealed(data: AffiliateData): AffiliateData {
  return affiliateData.decode(Buffer.from(affiliateData.encode(data)));
}

export function portsOf(client: DiscoveryClient, id: string): readonly string[] {
  return (client.affiliates.get(id)?.endpoints ?? []).map(({ ip, port }) => `${ipAddressFromBytes(ip)}:${port}`);
}
