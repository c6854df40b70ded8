import { messageOf, type Host } from '@cosi-ts/core';
import {
  AddressStatus,
  Affiliate,
  DiscoveryConfig,
  Identity,
  KubeSpanEndpoint,
  MachineResetSignal,
  RegistryStatus,
  ipAddressFromBytes,
  isIpv4,
  singleIpPrefix,
  type IpAddress,
} from '@cosi-ts/resources';
import {
  defineQueueController,
  mapped,
  removeOutput,
  shared,
  writeOutput,
  type Controller,
  type PortsOf,
} from '@cosi-ts/runtime';
import { AFFILIATE_MERGE_CONTROLLER } from '../../cluster/affiliate-merge.ts';
import type { OperatingSystem } from '../../cluster/local-affiliate.ts';
import { confirmation } from '../../cluster/unconfirmed.ts';
import { addressScope } from '../../system/host/address-scope.ts';
import { affiliateToMessage, endpointToMessage, endpointsToMessage } from './affiliate-message.ts';
import { mergeServices } from './merge-services.ts';
import { ServiceClients } from './service-clients.ts';
import { writeServiceStatuses } from './service-statuses.ts';

export const DISCOVERY_SERVICE_CONTROLLER = 'cluster.DiscoveryServiceController';

const ports = {
  config: mapped(DiscoveryConfig, { id: 'cluster' }),
  identity: mapped(Identity, { id: 'local' }),
  // Joined as a set: what comes back from the services is known already.
  kubespanEndpoints: mapped(KubeSpanEndpoint, { feedback: true }),
  reset: mapped(MachineResetSignal, { id: 'machine' }),
  // Only this node's own affiliate is looked at, and what the services tell never makes that one.
  affiliates: mapped(Affiliate.in('cluster'), { feedback: true }),
  raw: shared(Affiliate.in('cluster-raw')),
  publicAddresses: shared(AddressStatus.in('cluster')),
  statuses: shared(RegistryStatus),
} as const;

type Ports = PortsOf<typeof ports>;

/** Which clients there shall be. */
const CLIENTS = 'clients';
/** What this node publishes. */
const LOCAL = 'local';
/** The address the services see this node at. */
const PUBLIC = 'public-address';
/** How it goes with each service. */
const STATUS = 'status';
/** What is left of nodes that no service knows any more. */
const SWEEP = 'sweep';
/** What the services know of one node: its raw affiliate has the same id. */
const RAW = 'service/';

/**
 * The registry of the discovery services: publishes the local affiliate to each of them, and keeps
 * `cluster-raw/service/<node id>` as what they know of the others. One changed node costs one key's work.
 */
export function discoveryServiceController(options: {
  readonly host: Host;
  readonly os: OperatingSystem;
  readonly ttl: number;
  /** The node's directory: it keeps what the services told, for when they are away. */
  readonly directory: string;
}): Controller {
  return defineQueueController({
    name: DISCOVERY_SERVICE_CONTROLLER,
    ports,
    mappers: {
      config: () => [CLIENTS],
      identity: () => [CLIENTS],
      kubespanEndpoints: () => [LOCAL],
      reset: () => [LOCAL],
      // What was merged is of others.
      affiliates: (_id, affiliate) => (affiliate?.metadata.owner === AFFILIATE_MERGE_CONTROLLER ? [] : [LOCAL]),
    },
    start: ({ owner, wake, log }) => {
      const clients = new ServiceClients({
        host: { ...options.host, log },
        owner,
        ttl: options.ttl,
        clientVersion: options.os.version,
        directory: options.directory,
        onAffiliates: (ids) => {
          for (const id of ids) wake(`${RAW}${id}`);
          wake(STATUS);
        },
        onStatus: () => {
          wake(PUBLIC);
          wake(STATUS);
        },
        onTold: () => wake(SWEEP),
      });
      const run: Run = { clients, wake, log, leftovers: undefined };
      return async (at, key) => {
        if (key === CLIENTS) await reconcileClients(at, run);
        else if (key === LOCAL) await publish(at, run);
        else if (key === PUBLIC) await writePublicAddress(at, run);
        else if (key === STATUS) await writeServiceStatuses(at.statuses, clients.byName, DISCOVERY_SERVICE_CONTROLLER);
        else if (key === SWEEP) await sweep(at, run);
        else if (key.startsWith(RAW)) await reconcileRaw(at, run, key);
      };
    },
  });
}

/** One run of the controller, from its start to its end or crash. */
interface Run {
  readonly clients: ServiceClients;
  readonly wake: (key: string) => void;
  readonly log: Host['log'];
  /** Raw affiliates of an earlier run that no service told of yet; undefined as long as nobody looked. */
  leftovers: Set<string> | undefined;
}

async function reconcileClients(at: Ports, run: Run): Promise<void> {
  const config = await at.config.find('cluster');
  const identity = await at.identity.find('local');
  const isOff = config?.spec.serviceEndpoints.length === 0;
  if (config === undefined || (identity === undefined && !isOff)) return;
  run.leftovers ??= new Set(await rawOfOurs(at));
  await run.clients.reconcile(config.spec, identity?.spec.nodeId ?? '');
  for (const key of [SWEEP, LOCAL, PUBLIC, STATUS]) run.wake(key);
}

async function sweep(at: Ports, { wake }: Run): Promise<void> {
  for (const id of await rawOfOurs(at)) wake(id);
}

async function rawOfOurs(at: Ports): Promise<readonly string[]> {
  const ours = (await at.raw.list()).filter(({ metadata }) => metadata.owner === DISCOVERY_SERVICE_CONTROLLER);
  return ours.map(({ metadata }) => metadata.id);
}

async function publish(at: Ports, { clients, wake, log }: Run): Promise<void> {
  const reset = await at.reset.find('machine');
  if (reset !== undefined) {
    // Whom to tell, and who leaves: as long as that is not known, nobody was told.
    const config = await at.config.find('cluster');
    const identity = await at.identity.find('local');
    if (config === undefined || identity === undefined) return;
    await clients.reconcile(config.spec, identity.spec.nodeId);
    // The signal is held back until the services know; how long that may take is for its writer to bound.
    const departures = clients.all.map((client) => client.deleteLocal());
    void Promise.allSettled(departures).then(() =>
      at.reset.removeFinalizer('machine', DISCOVERY_SERVICE_CONTROLLER).catch((thrown: unknown) => {
        log.debug('reset signal is gone', { error: messageOf(thrown) });
      }),
    );
    return;
  }
  const identity = await at.identity.find('local');
  const affiliate = identity && (await at.affiliates.find(identity.spec.nodeId));
  if (affiliate === undefined) return;
  const message = affiliateToMessage(affiliate.spec);
  const endpoints = endpointsToMessage(affiliate.spec);
  const others = (await at.kubespanEndpoints.list()).map(({ spec }) => ({
    affiliateId: spec.affiliateID,
    endpoints: [endpointToMessage(spec.endpoint)],
  }));
  for (const client of clients.all) client.setLocalData(message, endpoints, others);
  wake(PUBLIC);
}

async function writePublicAddress(at: Ports, { clients }: Run): Promise<void> {
  for (const { publicIp } of clients.all) {
    const address = publicIp && ipAddressFromBytes(publicIp);
    // A service on this machine sees us at an address that leads nobody else to us.
    if (address === undefined || address === '' || addressScope(address) !== 'global') continue;
    await at.publicAddresses.set('service', {
      ...SEEN_FROM_OUTSIDE,
      address: singleIpPrefix(address),
      family: isIpv4(address) ? 'inet4' : 'inet6',
    });
    return;
  }
  if (clients.all.length === 0) await removeOutput(at.publicAddresses, 'service', DISCOVERY_SERVICE_CONTROLLER);
}

async function reconcileRaw(at: Ports, { clients, leftovers }: Run, id: string): Promise<void> {
  const nodeId = id.slice(RAW.length);
  const identity = await at.identity.find('local');
  // This node speaks for itself, also if it had another id when a service told of this one.
  const known = nodeId === identity?.spec.nodeId ? [] : clients.find(nodeId);
  const spec = mergeServices(known);
  if (spec !== undefined) {
    leftovers?.delete(id);
    const annotations = confirmation(known.every(({ unconfirmed }) => unconfirmed));
    // One that is held wakes us when it is let go.
    await writeOutput(at.raw, id, spec, DISCOVERY_SERVICE_CONTROLLER, { annotations });
  } else if (leftovers?.has(id) !== true || clients.haveTold) {
    await removeOutput(at.raw, id, DISCOVERY_SERVICE_CONTROLLER);
  }
}

/** An address that is seen from outside belongs to no link. */
const SEEN_FROM_OUTSIDE = {
  local: '' as IpAddress,
  broadcast: '' as IpAddress,
  anycast: '' as IpAddress,
  multicast: '' as IpAddress,
  linkIndex: 0,
  linkName: '',
  scope: 'global',
  flags: '',
  priority: 0,
} as const;
