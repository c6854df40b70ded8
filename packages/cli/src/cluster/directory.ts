import { FileError, writeFileAtomically, type Files, type Host } from '@cosi-ts/core';
import { generateNodeConfig, isDiscoveryCache, parseMachineConfig, setServiceEndpoint } from '@cosi-ts/controllers';
import { ipPrefixOf } from '@cosi-ts/resources';
import { CommandError } from '../io.ts';
import {
  CLUSTER_NAME,
  DEFAULT_SIZE,
  MAX_NODES,
  compareNodeNames,
  nodeNames,
  planNodes,
  typeOfName,
  type ClusterSize,
} from './layout.ts';
import { loadOrCreateSecrets } from './secrets.ts';
import { readUnfinished, withUnfinished } from './unfinished.ts';

const CONFIG = 'config.yaml';

/** What a reset wipes of a node: who it is and what it remembers. Configuration and secrets stay. */
function isWiped(file: string): boolean {
  return file === 'node-identity.yaml' || file === 'kubespan-identity.yaml' || isDiscoveryCache(file);
}

/** A node's directory within a cluster's. */
export interface NodeDirectory {
  readonly name: string;
  readonly path: string;
}

/** A node that is ready to be started. */
export interface PreparedNode extends NodeDirectory {
  /** The first address of its configuration; undefined if there is none. */
  readonly address: string | undefined;
}

export interface PrepareOptions {
  readonly directory: string;
  readonly nodes: number | undefined;
  readonly workers: number | undefined;
  readonly reset: boolean;
  /** Of the embedded discovery service, as `http://127.0.0.1:PORT`. */
  readonly serviceEndpoint: string;
  /** Where it was before: only nodes that name one of these are pointed at the new one. */
  readonly previousEndpoints: readonly string[];
}

/** The nodes that a cluster's directory holds, in order. */
async function listNodes(files: Files, directory: string): Promise<readonly NodeDirectory[]> {
  const names = await files.list(directory).catch((thrown: unknown) => {
    if (thrown instanceof FileError && thrown.code === 'ENOTDIR') return [];
    throw thrown;
  });
  const nodes: NodeDirectory[] = [];
  for (const name of names) {
    const path = `${directory}/${name}`;
    if (!isNodeName(name)) continue;
    if ((await files.read(`${path}/${CONFIG}`)) !== undefined) nodes.push({ name, path });
  }
  return nodes.sort((a, b) => compareNodeNames(a.name, b.name));
}

/**
 * Brings a cluster's directory to the size that is asked for. Files that an operator may have edited are never
 * rewritten, but for the endpoint line of the embedded service when its port had to change.
 */
export async function prepareCluster(host: Host, options: PrepareOptions): Promise<readonly PreparedNode[]> {
  const { files } = host;
  const { directory } = options;
  await files.makeDirectory(directory, { mode: 0o700 });
  const existing = await listNodes(files, directory);
  const unfinished = (await readUnfinished(files, directory)).filter(isNodeName);
  const known = new Set([...existing.map(({ name }) => name), ...unfinished]);
  const wanted = nodeNames(sizeOf([...known], options));
  const surplus = existing.filter(({ name }) => !wanted.includes(name));
  if (surplus.length > 0 && !options.reset) {
    throw new CommandError(
      `${directory} has ${existing.length} nodes and fewer are asked for; add --reset to remove ${surplus.map(({ name }) => name).join(', ')}`,
    );
  }
  for (const node of surplus) await removeDirectory(files, node.path);
  if (options.reset) {
    for (const { path } of existing) {
      for (const file of await files.list(path)) if (isWiped(file)) await files.remove(`${path}/${file}`);
    }
  }
  const kept = existing.filter((node) => !surplus.includes(node));
  const addresses = await Promise.all(kept.map((node) => pointAtService(files, node, options)));
  const missing = wanted.filter((name) => !kept.some((node) => node.name === name));
  if (missing.length > 0) {
    const taken = new Set(addresses.flat());
    await withUnfinished(files, directory, missing, () => createNodes(host, options, missing, taken));
  }
  return Promise.all(
    wanted.map(async (name) => {
      const path = `${directory}/${name}`;
      return { name, path, address: (await addressesOf(files, path))[0] };
    }),
  );
}

async function createNodes(
  host: Host,
  { directory, serviceEndpoint }: PrepareOptions,
  missing: readonly string[],
  taken: ReadonlySet<string>,
): Promise<void> {
  const secrets = await loadOrCreateSecrets(host, directory);
  for (const plan of planNodes(missing, taken)) {
    const text = generateNodeConfig({
      type: plan.type,
      hostname: plan.name,
      interface: 'eth0',
      addresses: [ipPrefixOf(`${plan.address}/24`)],
      hardwareAddr: plan.hardwareAddress,
      clusterName: CLUSTER_NAME,
      clusterId: secrets.id,
      clusterSecret: secrets.secret,
      serviceEndpoint,
      kubespan: true,
    });
    const path = `${directory}/${plan.name}`;
    await host.files.makeDirectory(path, { mode: 0o700 });
    await writeFileAtomically(host.files, `${path}/${CONFIG}`, new TextEncoder().encode(text));
  }
}

/** @returns the addresses that the node's configuration claims */
async function pointAtService(
  files: Files,
  { path }: NodeDirectory,
  { serviceEndpoint, previousEndpoints }: PrepareOptions,
): Promise<readonly string[]> {
  const file = `${path}/${CONFIG}`;
  const text = new TextDecoder().decode(await files.read(file));
  const changed = previousEndpoints.reduce(
    (changed, previous) => setServiceEndpoint(changed, serviceEndpoint, { previous, file }),
    text,
  );
  if (changed !== text) await writeFileAtomically(files, file, new TextEncoder().encode(changed));
  return addressesOf(files, path);
}

async function addressesOf(files: Files, path: string): Promise<readonly string[]> {
  const file = `${path}/${CONFIG}`;
  const { interfaces } = parseMachineConfig(new TextDecoder().decode(await files.read(file)), { file });
  return interfaces.flatMap(({ addresses }) => addresses.map((address) => address.replace(/\/.*/, '')));
}

function sizeOf(names: readonly string[], { nodes, workers }: PrepareOptions): ClusterSize {
  const known: ClusterSize =
    names.length === 0
      ? DEFAULT_SIZE
      : { nodes: names.length, workers: names.filter((name) => typeOfName(name) === 'worker').length };
  const total = nodes ?? known.nodes;
  if (total < 1) throw new CommandError('a cluster has at least one node', { exitCode: 2 });
  if (total > MAX_NODES) throw new CommandError(`at most ${MAX_NODES} nodes fit into 172.20.0.0/16`, { exitCode: 2 });
  const size = { nodes: total, workers: workers ?? Math.min(known.workers, Math.max(0, total - 1)) };
  if (size.workers > size.nodes) {
    throw new CommandError(`${size.workers} workers do not fit into ${size.nodes} nodes`, { exitCode: 2 });
  }
  return size;
}

function isNodeName(name: string): boolean {
  return /^talos-default-(controlplane|worker)-\d+$/.test(name);
}

/** The configuration last: as long as it is there, the node is one, and an interrupted removal can be asked for again. */
async function removeDirectory(files: Files, path: string): Promise<void> {
  const names = await files.list(path);
  for (const name of names.filter((name) => name !== CONFIG)) await files.remove(`${path}/${name}`);
  await files.remove(`${path}/${CONFIG}`);
  await files.remove(path);
}
