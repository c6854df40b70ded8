import type { Host } from '@cosi-ts/core';
import { Affiliate, DiscoveryConfig, Identity, Nodename, RegistryStatus } from '@cosi-ts/resources';
import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { describePlan, observeResource, perturb, type Scenario, type Simulation } from '@cosi-ts/testing';
import { expect } from 'vitest';
import { affiliateOf } from '../cluster/affiliate.fixture.ts';
import { annotationsOf } from './kubernetes/annotations.ts';
import { nodeStatusController } from './kubernetes/node-status.ts';
import { kubernetesPullController } from './kubernetes/pull.ts';
import { kubernetesPushController } from './kubernetes/push.ts';
import { LOCAL, NAME, RAW, local, nodeOf, serveCluster } from './kubernetes/registry.fixture.ts';
import { simulatedAccess, type SimulatedCluster } from './kubernetes/simulated-cluster.fixture.ts';
import { discoveryServiceController } from './service/discovery-service.ts';
import { TTL, at, discoveryConfigOf, join, publish, serve } from './service/service.fixture.ts';

const OS = { name: 'Talos', version: 'v1.3.0' };

export const REGISTRIES: Readonly<Record<string, (host: Host) => Controller>> = {
  NodeStatus: (host) => nodeStatusController(host, simulatedAccess(host), []),
  KubernetesPush: (host) => kubernetesPushController(host, simulatedAccess(host), '/state'),
  KubernetesPull: (host) => kubernetesPullController(host, simulatedAccess(host)),
  DiscoveryService: (host) => discoveryServiceController({ host, os: OS, ttl: TTL, directory: '/state' }),
};

/** The cluster of the run that was set up last. */
let cluster: SimulatedCluster;

/** A discovery service and a Kubernetes cluster, each of which knows another node. */
async function setting(sim: Simulation, host: Host): Promise<void> {
  await host.files.makeDirectory('/state');
  await serve(sim.node('service'));
  ({ cluster } = await serveCluster(sim));
  cluster.put(NAME, {});
  cluster.put('other', nodeOf('of-kubernetes', '10.0.0.2'));
  const peer = join(sim.node('peer'), 'of-the-service');
  publish(peer, affiliateOf('of-the-service', { nodename: 'peer', addresses: ['10.0.0.3'], machineType: 'worker' }));
}

const configure =
  (isOn: boolean) =>
  (state: State): Promise<unknown> =>
    collection(state, DiscoveryConfig).set('cluster', {
      ...discoveryConfigOf(isOn ? [at('service')] : []),
      registryKubernetesEnabled: isOn,
    });

const say =
  (address: string) =>
  (state: State): Promise<unknown> =>
    collection(state, Affiliate).set(LOCAL, local({ addresses: [address] }));

export const workload: Omit<Scenario, 'controllers' | 'matches'> = {
  setting,
  steps: [
    async (state) => {
      await collection(state, Identity).create('local', { nodeId: LOCAL });
      await collection(state, Nodename).create('nodename', {
        nodename: NAME,
        hostnameVersion: '1',
        skipNodeRegistration: false,
      });
      await say('10.0.0.1')(state);
      await configure(true)(state);
    },
    say('10.0.0.7'),
    configure(false),
    configure(true),
  ],
  types: [Identity, Nodename, DiscoveryConfig, Affiliate],
  // How it went on the way is told, too; only how it stands counts.
  observe: (resource) => (resource.metadata.type === RegistryStatus.type ? undefined : observeResource(resource)),
};

/** Makes some of them. */
export const some = (names: readonly string[]) => (host: Host) =>
  names.flatMap((name) => REGISTRIES[name]?.(host) ?? []);

/** Each side knows what the other says, as far as somebody of these tells it. */
export const matchesOf =
  (names: readonly string[]) =>
  async (state: State): Promise<void> => {
    const raw = (await state.list(RAW)).map(({ metadata }) => metadata.id);
    expect(raw.toSorted()).toEqual([
      ...(names.includes('KubernetesPull') ? ['k8s/of-kubernetes'] : []),
      ...(names.includes('DiscoveryService') ? ['service/of-the-service'] : []),
    ]);
    if (!names.includes('KubernetesPush')) return;
    const wanted = Object.entries(annotationsOf(local({ addresses: ['10.0.0.7'] }))).filter(
      ([, value]) => value !== '',
    );
    expect(cluster.get(NAME)?.annotations).toEqual(Object.fromEntries(wanted));
  };

/** With who they cannot do without: whether there is a Node to write to is for another to tell. */
export function withNeeds(...names: readonly string[]): readonly string[] {
  return names.includes('KubernetesPush') && !names.includes('NodeStatus') ? [...names, 'NodeStatus'] : names;
}

/** Expects the same under every plan. */
export async function expectUnperturbed(names: readonly string[]): Promise<void> {
  const scenario = { controllers: some(names), ...workload, matches: matchesOf(names) };
  const { failures, struck } = await perturb(scenario);
  expect(failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
  expect(struck).toBeGreaterThan(5);
}
