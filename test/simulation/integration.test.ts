import { clusterIdFrom, clusterSecretFrom, generateNodeConfig } from '@cosi-ts/controllers';
import {
  Affiliate,
  DiscoveryConfig,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  Member,
  ipPrefixOf,
  type ResourceType,
} from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { NAMES, TTL, edit, startCluster, type ClusterNode } from './cluster.fixture.ts';

const SEEDS = [0, 1, 2, 3, 4];
const names = NAMES.slice(0, 4);

/** Another discovery service of the configuration. */
const SECOND = `---
apiVersion: v1alpha1
kind: DiscoveryServiceConfig
name: second
endpoint: http://service:3000
`;
const EXTRA_ENDPOINTS = `---
apiVersion: v1alpha1
kind: KubeSpanEndpointsConfig
extraAnnouncedEndpoints: ["169.254.121.121:5820"]
`;

describe('a cluster that is configured by documents', () => {
  everyOrder('has the same members, affiliates and peers on every node', async (_sim, nodes) => {
    for (const { name, node } of nodes) {
      const members = await specs(node, Member);
      expect(members).toHaveLength(nodes.length);
      expect(members.map(({ operatingSystem }) => operatingSystem)).toEqual(nodes.map(() => 'Talos (v1.3.0)'));
      const own = members.find(({ hostname }) => hostname === name);
      expect(own?.addresses).toContain(`172.20.0.${NAMES.indexOf(name) + 2}`);

      const raw = await specs(node, Affiliate.in('cluster-raw'));
      expect(raw).toHaveLength(nodes.length - 1);
      for (const { nodeId, addresses, operatingSystem, machineType, hostname } of raw) {
        const member = members.find((member) => member.nodeId === nodeId);
        expect(member).toMatchObject({ addresses, operatingSystem, machineType, hostname });
      }

      const [config] = await specs(node, DiscoveryConfig);
      expect(config?.serviceEndpoints).toEqual([{ name: 'default', endpoint: 'service:3000', insecure: true }]);

      const peers = await specs(node, KubeSpanPeerSpec);
      expect(peers.map(({ label }) => label).sort()).toEqual(names.filter((other) => other !== name).sort());
    }
    const meshAddresses = await Promise.all(nodes.map(async ({ node }) => (await specs(node, KubeSpanIdentity))[0]));
    const allowed = await specs((nodes[0] as ClusterNode).node, KubeSpanPeerSpec);
    expect(allowed.flatMap(({ allowedIPs }) => allowedIPs)).toEqual(
      expect.arrayContaining(meshAddresses.slice(1).map((identity) => identity?.address)),
    );
  });

  everyOrder('keeps them when a service is added and taken away again', async (sim, nodes) => {
    const [one] = nodes as [ClusterNode];
    await edit(one, (text) => text + SECOND);
    await sim.advance('10s');
    const [config] = await specs(one.node, DiscoveryConfig);
    expect(config?.serviceEndpoints.map(({ name }) => name)).toEqual(['default', 'second']);
    expect([...one.members.keys()].sort()).toEqual(names);
    await edit(one, (text) => text.replace(SECOND, ''));
    await sim.advance('10s');
    expect([...one.members.keys()].sort()).toEqual(names);
    for (const { lost } of nodes) expect(lost).toEqual([]);
  });

  everyOrder('has none without services, the node itself included, and all of them afterwards', async (sim, nodes) => {
    const [one] = nodes as [ClusterNode];
    let before = '';
    await edit(one, (text) => {
      before = text;
      const isWanted = (document: string): boolean => !/DiscoveryServiceConfig|KubeSpanConfig/.test(document);
      return text.split('---\n').filter(isWanted).join('---\n');
    });
    await sim.advance('10s');
    const [config] = await specs(one.node, DiscoveryConfig);
    expect(config?.serviceEndpoints).toEqual([]);
    expect([one.members.size, await specs(one.node, Affiliate), await specs(one.node, KubeSpanPeerSpec)]).toEqual([
      0,
      [],
      [],
    ]);
    await edit(one, () => before);
    await sim.until('it lists all', () => one.members.size === names.length, { within: '10s' });
    await sim.advance(TTL);
    for (const { members } of nodes) expect([...members.keys()].sort()).toEqual(names);
  });

  everyOrder('tells the peers of a further endpoint', async (sim, nodes) => {
    const [one, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
    await edit(one, (text) => text + EXTRA_ENDPOINTS);
    await sim.advance('10s');
    for (const { node } of others) {
      const peer = (await specs(node, KubeSpanPeerSpec)).find(({ label }) => label === one.name);
      expect(peer?.endpoints).toContain('169.254.121.121:5820');
    }
  });
});

function everyOrder(what: string, scenario: (sim: Simulation, nodes: readonly ClusterNode[]) => Promise<void>): void {
  test.each(SEEDS)(`${what} (seed %i)`, async (seed) => {
    await simulate({ seed }, async (sim) => {
      const { nodes } = await startCluster(sim, names);
      for (const [index, node] of nodes.entries()) await edit(node, () => inDocuments(node.name, index));
      await sim.advance('10s');
      for (const { members } of nodes) expect([...members.keys()].sort()).toEqual(names);
      await scenario(sim, nodes);
    });
  });
}

/** What the fixture configures, in the form of Talos 1.14. */
function inDocuments(hostname: string, index: number): string {
  return generateNodeConfig({
    type: hostname.includes('-worker-') ? 'worker' : 'controlplane',
    hostname,
    interface: 'eth0',
    addresses: [ipPrefixOf(`172.20.0.${index + 2}/24`)],
    hardwareAddr: `8e:13:71:af:7c:0${index}`,
    clusterName: 'talos-default',
    clusterId: clusterIdFrom(new Uint8Array(32).fill(1)),
    clusterSecret: clusterSecretFrom(new Uint8Array(32).fill(2)),
    serviceEndpoint: 'http://service:3000',
    kubespan: true,
    talosVersion: 'v1.14',
  });
}

async function specs<S>({ state }: ClusterNode['node'], type: ResourceType<S>): Promise<readonly S[]> {
  return (await collection(state, type).list()).map(({ spec }) => spec);
}
