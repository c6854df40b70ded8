import { startDiscoveryService } from '@cosi-ts/discovery';
import { Affiliate, Member, RegistryStatus, ipPrefixOf, type ResourceType } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { simulate, type Program, type Simulation } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { clusterIdFrom, clusterSecretFrom, generateNodeConfig } from '../index.ts';
import { SimulatedCluster, simulatedAccess } from '../registries/kubernetes/simulated-cluster.fixture.ts';
import { startNode, type Node } from './node.ts';

const NAMES = ['one', 'three', 'two'];

test('nodes that Kubernetes refuses go on with the discovery service, and read both once they may', async () => {
  await simulate({}, async (sim) => {
    const kubernetes = new SimulatedCluster();
    for (const name of NAMES) kubernetes.put(name, {});
    for (const verb of ['list', 'watch']) kubernetes.forbidden.add(verb);
    await start(sim, 'kubernetes', async ({ host }) => {
      await host.rpc.listen({ address: ':6443' }, [kubernetes.service(host)]);
    });
    await start(sim, 'service', async ({ host, owner }) => {
      await startDiscoveryService({ host, owner, address: ':3000' });
    });
    const nodes = await Promise.all(NAMES.map((name, at) => startWithBoth(sim, name, at)));
    await sim.advance('30s');
    for (const node of nodes) {
      expect(await idsOf(node, Member)).toEqual(NAMES);
      expect(await registriesOf(node)).toEqual(['service', 'service']);
      expect(await statesOf(node)).toMatchObject({ 'kubernetes/pull': 'refused', 'service/legacy': 'connected' });
    }
    kubernetes.forbidden.clear();
    await sim.advance('2m');
    for (const node of nodes) {
      expect(await idsOf(node, Member)).toEqual(NAMES);
      expect(await registriesOf(node)).toEqual(['k8s', 'k8s', 'service', 'service']);
      expect(await statesOf(node)).toMatchObject({ 'kubernetes/pull': 'connected', 'service/legacy': 'connected' });
    }
  });
});

async function startWithBoth(sim: Simulation, hostname: string, at: number): Promise<Node> {
  const text = generateNodeConfig({
    type: 'worker',
    hostname,
    interface: 'eth0',
    addresses: [ipPrefixOf(`172.20.0.${at + 2}/24`)],
    hardwareAddr: `8e:13:71:af:7c:0${at}`,
    clusterName: 'both',
    clusterId: clusterIdFrom(new Uint8Array(32).fill(1)),
    clusterSecret: clusterSecretFrom(new Uint8Array(32).fill(2)),
    serviceEndpoint: 'http://service:3000',
    kubespan: false,
  });
  let node: Node | undefined;
  await start(sim, hostname, async ({ host, owner }) => {
    await host.files.makeDirectory('/node');
    const file = await host.files.create('/node/config.yaml');
    await file.write(new TextEncoder().encode(text.replace(/(kubernetes:\n +disabled: )true/, '$1false')));
    await file.close();
    const os = { name: 'Talos', version: 'v1.3.0' };
    node = await startNode({ host, owner, directory: '/node', os, kubernetes: simulatedAccess(host) });
  });
  return node ?? expect.fail(`${hostname} does not run`);
}

async function start(sim: Simulation, name: string, program: Program): Promise<void> {
  await sim.node(name, { program }).start();
}

async function idsOf({ state }: Node, type: ResourceType): Promise<readonly string[]> {
  return (await state.list(type)).map(({ metadata }) => metadata.id);
}

/** Whose the raw affiliates are. */
async function registriesOf(node: Node): Promise<readonly unknown[]> {
  return (await idsOf(node, Affiliate.in('cluster-raw'))).map((id) => id.split('/')[0]);
}

async function statesOf({ state }: Node): Promise<Readonly<Record<string, string>>> {
  const statuses = await collection(state, RegistryStatus).list();
  return Object.fromEntries(statuses.map(({ metadata, spec }) => [metadata.id, spec.state]));
}
