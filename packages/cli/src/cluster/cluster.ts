import { FileError, ownedHost, type Host, type Owner } from '@cosi-ts/core';
import { startNode, type Node, type OperatingSystem } from '@cosi-ts/controllers';
import { typeRegistry } from '@cosi-ts/resources';
import { EncodeCache } from '@cosi-ts/runtime';
import { CommandError } from '../io.ts';
import { nodeLogger } from '../log/node-log.ts';
import { prepareCluster, type PreparedNode } from './directory.ts';
import type { NodesMetrics } from '../nodes/node-metrics.ts';
import { nodeVersion } from '../process/node-version.ts';
import { groupId, listenForReaders, makeReaderDirectory, readerDirectory } from '../nodes/reader-socket.ts';
import { startClusterService } from './service.ts';

export interface ClusterOptions {
  readonly host: Host;
  /** Ends the cluster: the nodes first, then the service. */
  readonly owner: Owner;
  readonly directory: string;
  readonly nodes: number | undefined;
  readonly workers: number | undefined;
  readonly reset: boolean;
  readonly os: OperatingSystem;
  readonly ttl: number;
  readonly openNamespaces: ReadonlySet<string> | undefined;
  /** Whether the API is served on a loopback port, too, over mutual TLS. */
  readonly tls?: boolean | undefined;
  /** Name or number of the group that may read what is not sensitive. */
  readonly readerGroup?: string | undefined;
  /** Where metrics of the nodes' controllers are served, if they are. */
  readonly metricsAddress?: string | undefined;
}

export interface ClusterNode extends PreparedNode {
  readonly node: Node;
}

export interface Cluster {
  /** Of the discovery service. */
  readonly endpoint: string;
  /** Where the API is served over TLS, if it is. */
  readonly api: string | undefined;
  /** Where metrics are served, if they are. */
  readonly metrics: string | undefined;
  readonly nodes: readonly ClusterNode[];
}

/**
 * A discovery service and nodes that find each other through it, in this process: they share its host and its
 * encoded forms, and nothing else.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { owner, directory, os, ttl, openNamespaces, metricsAddress } = options;
  const host = ownedHost(options.host, owner);
  await host.files.makeDirectory(directory, { mode: 0o700 });
  await lockCluster(host, directory);
  const service = await startClusterService(host, owner, directory);
  const { endpoint, previous } = service;
  const prepared = await prepareCluster(host, { ...options, serviceEndpoint: endpoint, previousEndpoints: previous });
  await service.settle();
  const metrics = metricsAddress === undefined ? undefined : await metricsAt(host, metricsAddress);
  const types = typeRegistry();
  const encodings = new EncodeCache();
  const nodes = await Promise.all(
    prepared.map(async (place): Promise<ClusterNode> => {
      const nodeOwner = owner.child(place.name);
      const log = nodeLogger({ ...options.host, log: host.log.child({ node: place.name }) }, nodeOwner, place.path);
      const node = await startNode({
        host: { ...options.host, log },
        owner: nodeOwner,
        directory: place.path,
        types,
        encodings,
        os,
        ttl,
        version: nodeVersion(),
        openNamespaces,
        observer: metrics?.observerOf(place.name),
      });
      return { ...place, node };
    }),
  );
  if (options.readerGroup !== undefined) await serveReaders(host, directory, options.readerGroup, nodes);
  const told = { endpoint, metrics: metrics?.address, nodes };
  if (options.tls !== true) return { ...told, api: undefined };
  // What makes certificates takes its time to load.
  const { startEndpoint } = await import('./endpoint.ts');
  return { ...told, api: await startEndpoint({ host, owner, directory, nodes }) };
}

/** What counts takes its time to load. */
async function metricsAt(host: Host, address: string): Promise<NodesMetrics> {
  const { serveNodesMetrics } = await import('../nodes/node-metrics.ts');
  return serveNodesMetrics(host, address);
}

async function serveReaders(
  host: Host,
  directory: string,
  group: string,
  nodes: readonly ClusterNode[],
): Promise<void> {
  const parent = readerDirectory(directory);
  const id = await groupId(host.files, group);
  await makeReaderDirectory(host.files, parent, id);
  for (const { name, node } of nodes) {
    await makeReaderDirectory(host.files, `${parent}/${name}`, id);
    await listenForReaders(host, node, `${parent}/${name}`);
  }
}

async function lockCluster(host: Host, directory: string): Promise<void> {
  try {
    await host.files.lock(`${directory}/lock`);
  } catch (thrown) {
    if (!(thrown instanceof FileError) || thrown.code !== 'ELOCKED') throw thrown;
    throw new CommandError(
      `${directory} is in use by another \`cosi up\` (${thrown.message}); stop it, or choose another --state`,
    );
  }
}
