import {
  Affiliate,
  DiscoveryConfig,
  Identity,
  Nodename,
  type AffiliateSpec,
  type DiscoveryConfigSpec,
} from '@cosi-ts/resources';
import type { SimNode, Simulation, Start } from '@cosi-ts/testing';
import { affiliateOf } from '../../cluster/affiliate.fixture.ts';
import { runControllers, type Running } from '../../controllers.fixture.ts';
import { nodeStatusController } from './node-status.ts';
import { kubernetesPullController } from './pull.ts';
import { kubernetesPushController } from './push.ts';
import { SimulatedCluster, simulatedAccess, type FakeNode } from './simulated-cluster.fixture.ts';

export const RAW = Affiliate.in('cluster-raw');
export const LOCAL = 'gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE';
/** What the node that is looked at is called. */
export const NAME = 'here';

/** A cluster whose API server is a machine of the simulation. */
export async function serveCluster(sim: Simulation): Promise<{ cluster: SimulatedCluster; server: SimNode }> {
  const cluster = new SimulatedCluster();
  const program = async ({ host }: Start): Promise<void> => {
    await host.rpc.listen({ address: ':6443' }, [cluster.service(host)]);
  };
  const server = sim.node('kubernetes', { program });
  await server.start();
  return { cluster, server };
}

export interface RegistryNode extends Running {
  readonly node: SimNode;
  readonly access: ReturnType<typeof simulatedAccess>;
  /** What this node says of itself. */
  publish(spec: AffiliateSpec): Promise<void>;
  configure(registryKubernetesEnabled: boolean): Promise<void>;
}

/** The controllers of the registry on a machine that knows who it is. */
export async function startRegistry(node: SimNode, isOn = true, isWatchable = true): Promise<RegistryNode> {
  const { host } = node;
  // Disks may fail here; a node that does not come up because of that shows nothing.
  while ((await host.files.makeDirectory('/state').catch(() => 'again')) === 'again');
  const access = simulatedAccess(host);
  access.isWatchable = isWatchable;
  const running = runControllers(node, [
    nodeStatusController(host, access, []),
    kubernetesPushController(host, access, '/state'),
    kubernetesPullController(host, access),
  ]);
  const registry: RegistryNode = {
    ...running,
    node,
    access,
    publish: async (spec) => void (await running.of(Affiliate).set(spec.nodeId, spec)),
    configure: async (registryKubernetesEnabled) =>
      void (await running.of(DiscoveryConfig).set('cluster', configOf(registryKubernetesEnabled))),
  };
  await running.of(Identity).create('local', { nodeId: LOCAL });
  await running.of(Nodename).create('nodename', { nodename: NAME, hostnameVersion: '1', skipNodeRegistration: false });
  await registry.publish(local());
  await registry.configure(isOn);
  return registry;
}

/** What the node says of itself, unless it says something else. */
export function local(given: Parameters<typeof affiliateOf>[1] = {}): AffiliateSpec {
  return affiliateOf(LOCAL, {
    nodename: NAME,
    hostname: NAME,
    addresses: ['10.0.0.1'],
    machineType: 'worker',
    ...given,
  });
}

/** A Node that speaks of an affiliate, as another machine annotated it. */
export function nodeOf(nodeId: string, addresses = '10.0.0.2'): FakeNode {
  return {
    hostname: nodeId,
    annotations: { 'cluster.talos.dev/node-id': nodeId, 'networking.talos.dev/self-ips': addresses },
  };
}

function configOf(registryKubernetesEnabled: boolean): DiscoveryConfigSpec {
  return { ...DiscoveryConfig.spec.fromPlain({}), registryKubernetesEnabled };
}
