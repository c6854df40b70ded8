import {
  AddressStatus,
  Affiliate,
  ApiServerConfig,
  DiscoveryConfig,
  HostnameStatus,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  Labels,
  MachineType,
  NodeAddress,
  NodeStatus,
  Nodename,
  ipPortOf,
  ipPrefixOf,
  type AffiliateSpec,
} from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { P1, runControllers, type Machine, type Running } from '../controllers.fixture.ts';
import { affiliateOf } from './affiliate.fixture.ts';
import { localAffiliateController } from './local-affiliate.ts';

const LOCAL = 'gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE';
const SIDEROLINK = 'fdae:41e4:649b:9303:60be:7e36:c270:3238/128';
const KUBESPAN = 'fd7f:175a:b97c:5602:e871:1bff:feb2:ccee';
const ROUTED = ['172.20.0.2/24', '10.5.0.1/32', '192.168.192.168/24', '2001:123:4567::1/64', '2001:123:4567::1/128'];
const ADDRESSES = ['172.20.0.2', '10.5.0.1', '192.168.192.168', '2001:123:4567::1'];

describe('the local affiliate', () => {
  test('TestGeneration', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'), 'worker');
      const affiliate = async () => {
        await sim.settle();
        return node.spec(Affiliate, LOCAL);
      };
      expect(await affiliate()).toEqual(plain('worker'));

      await node.of(KubeSpanIdentity).create('local', {
        address: ipPrefixOf(`${KUBESPAN}/128`),
        subnet: ipPrefixOf('fd7f:175a:b97c:5602::/64'),
        privateKey: '',
        publicKey: P1,
      });
      await node.of(KubeSpanConfig).create('kubespan', kubespan(true));
      await setAddresses(node, 'routed-no-k8s', [...ROUTED, `${KUBESPAN}/128`]);
      await node.of(NodeStatus).create('example1.com', {
        nodename: 'example1.com',
        nodeReady: true,
        unschedulable: false,
        labels: Labels.empty,
        annotations: Labels.empty,
        podCIDRs: [ipPrefixOf('10.244.1.0/24')],
      });
      await seenFrom(node, '1.1.1.1/32');
      await seenFrom(node, '2001:123:4567::1/128');
      expect(await affiliate()).toEqual({
        ...plain('worker'),
        addresses: [...ADDRESSES, KUBESPAN],
        kubespan: {
          publicKey: P1,
          address: KUBESPAN,
          additionalAddresses: ['10.244.1.0/24'],
          endpoints: [
            '172.20.0.2:51820',
            '10.5.0.1:51820',
            '1.1.1.1:51820',
            '[2001:123:4567::1]:51820',
            '1.2.3.4:5678',
          ],
          excludeAdvertisedNetworks: ['2001:123:4567::/64'],
        },
      });

      await node.of(KubeSpanConfig).set('kubespan', kubespan(false));
      expect((await affiliate())?.kubespan.additionalAddresses).toEqual([]);

      await enable(node, false);
      expect(await affiliate()).toBeUndefined();
    });
  });

  test('TestCPGeneration', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'), 'controlplane');
      await node.of(ApiServerConfig).create('final-kube-apiserver', { localPort: 6445 });
      await sim.settle();
      expect(await node.spec(Affiliate, LOCAL)).toEqual({ ...plain('controlplane'), controlPlane: { port: 6445 } });
      await enable(node, false);
      await sim.settle();
      expect(await node.ids(Affiliate)).toEqual([]);
    });
  });

  test('survives an input that is away for a while', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'), 'worker');
      await sim.settle();
      await node.remove(HostnameStatus, 'hostname');
      await sim.settle();
      expect(await node.ids(Affiliate)).toEqual([LOCAL]);
    });
  });

  test('goes with the identity that it was of', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'), 'worker');
      await sim.settle();
      await node.of(Identity).set('local', { nodeId: 'other' });
      await sim.settle();
      expect(await node.ids(Affiliate)).toEqual(['other']);
    });
  });

  test('has the whole host name, and no port of an API server that does not run here', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'), 'worker');
      await node.of(HostnameStatus).set('hostname', { hostname: 'example1', domainname: 'example.com' });
      await node.of(ApiServerConfig).create('final-kube-apiserver', { localPort: 6445 });
      await sim.settle();
      const expected = { hostname: 'example1.example.com', controlPlane: undefined };
      expect(await node.spec(Affiliate, LOCAL)).toMatchObject(expected);
    });
  });
});

async function start(machine: Machine, machineType: 'worker' | 'controlplane'): Promise<Running> {
  const node = runControllers(machine, [localAffiliateController({ name: 'Talos', version: 'v1.3.0' })]);
  await enable(node, true);
  await node.of(Identity).create('local', { nodeId: LOCAL });
  await node.of(HostnameStatus).create('hostname', { hostname: 'example1', domainname: '' });
  const nodename = { nodename: 'example1.com', hostnameVersion: '1', skipNodeRegistration: false };
  await node.of(Nodename).create('nodename', nodename);
  await node.of(MachineType).create('machine-type', { machineType });
  await setAddresses(node, 'current-no-k8s', [...ROUTED, SIDEROLINK]);
  await setAddresses(node, 'routed-no-k8s', ROUTED);
  return node;
}

function plain(machineType: AffiliateSpec['machineType']): AffiliateSpec {
  return affiliateOf(LOCAL, {
    hostname: 'example1',
    nodename: 'example1.com',
    operatingSystem: 'Talos (v1.3.0)',
    machineType,
    addresses: ADDRESSES,
  });
}

async function enable(node: Running, registryKubernetesEnabled: boolean): Promise<void> {
  const zero = DiscoveryConfig.spec.fromPlain({});
  await node.of(DiscoveryConfig).set('cluster', { ...zero, registryKubernetesEnabled });
}

async function setAddresses(node: Running, id: string, addresses: readonly string[]): Promise<void> {
  await node.of(NodeAddress).set(id, { addresses: addresses.map(ipPrefixOf), sortAlgorithm: 'v1' });
}

async function seenFrom(node: Running, address: string): Promise<void> {
  const zero = AddressStatus.spec.fromPlain({});
  await node.of(AddressStatus.in('cluster')).create(address, { ...zero, address: ipPrefixOf(address) });
}

function kubespan(advertiseKubernetesNetworks: boolean) {
  return {
    ...KubeSpanConfig.spec.fromPlain({}),
    enabled: true,
    endpointFilters: ['0.0.0.0/0', '!192.168.0.0/16', '2001::/16'],
    advertiseKubernetesNetworks,
    extraEndpoints: ['10.5.0.1:51820', '1.2.3.4:5678'].map(ipPortOf),
    excludeAdvertisedNetworks: [ipPrefixOf('2001:123:4567::/64')],
  };
}
