import {
  AddressStatus,
  ApiServerConfig,
  HardwareAddr,
  HostnameStatus,
  MachineConfig,
  MachineType,
  NodeAddress,
  NodeAddressFilter,
  NodeStatus,
  Nodename,
  ipPrefixOf,
} from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { runControllers, setMachineConfig, type Running } from '../controllers.fixture.ts';
import { addressFilterController } from './address-filter.ts';
import { addressStatusController } from './address-status.ts';
import { apiServerConfigController } from './api-server.ts';
import { hardwareAddressController } from './hardware-address.ts';
import type { HostLink, HostSystem } from './host/host-system.ts';
import { hostnameController } from './hostname.ts';
import { machineTypeController } from './machine-type.ts';
import { nodeAddressController } from './node-address.ts';
import { nodeStatusController } from '../registries/kubernetes/node-status.ts';
import { nodenameController } from './nodename.ts';
import { sortAlgorithmController } from './sort-algorithm.ts';

const CONFIGURED = `
machine:
  type: controlplane
  network:
    hostname: configured.example.com
    interfaces:
      - interface: eth0
        addresses: [172.20.0.2/24, 10.244.0.1/24]
        hardwareAddr: 8e:13:71:af:7c:94
cluster: {}
`;
const BARE = 'machine: {}\ncluster: {}\n';

const POLL = '6s';

describe('what a node knows of its machine', () => {
  test('is what the configuration sets, whatever the machine says', async () => {
    await withNode(async ({ node, sim }) => {
      await setMachineConfig(node, CONFIGURED);
      await sim.advance(POLL);
      expect(await node.spec(HostnameStatus, 'hostname')).toEqual({
        hostname: 'configured',
        domainname: 'example.com',
      });
      expect(await node.spec(HardwareAddr, 'first')).toMatchObject({ name: 'eth0' });
      expect(await node.ids(AddressStatus)).toEqual(['eth0/10.244.0.1/24', 'eth0/172.20.0.2/24']);
      expect(await addresses(node, 'current')).toEqual(['10.244.0.1/24', '172.20.0.2/24']);
    });
  });

  test('is what the machine says where the configuration does not, and follows it', async () => {
    await withNode(async ({ node, sim, machine }) => {
      await setMachineConfig(node, BARE);
      await sim.settle();
      expect(await node.spec(HostnameStatus, 'hostname')).toEqual({ hostname: 'machine', domainname: '' });
      expect(await node.spec(HardwareAddr, 'first')).toMatchObject({ name: 'ens3' });
      expect(await addresses(node, 'current')).toEqual(['192.168.1.2/24', '2001:db8::2/64']);
      expect(await addresses(node, 'routed-no-k8s')).toEqual(['192.168.1.2/24', '2001:db8::2/64']);

      machine.name = 'renamed.lan';
      machine.links = [link('ens3', '52:54:00:00:00:09', ['192.168.1.3/24'])];
      await sim.advance(POLL);
      expect(await node.spec(HostnameStatus, 'hostname')).toEqual({ hostname: 'renamed', domainname: 'lan' });
      expect(await addresses(node, 'current')).toEqual(['192.168.1.3/24']);
      const { version } = (await node.of(NodeAddress).get('current')).metadata;
      await sim.advance('1m');
      expect((await node.of(NodeAddress).get('current')).metadata.version).toBe(version);

      await setMachineConfig(node, CONFIGURED);
      await sim.settle();
      expect(await addresses(node, 'current')).toEqual(['10.244.0.1/24', '172.20.0.2/24']);
      await setMachineConfig(node, BARE);
      await sim.settle();
      expect(await addresses(node, 'current')).toEqual(['192.168.1.3/24']);
    });
  });

  test('stays while the machine cannot tell', async () => {
    await withNode(async ({ node, sim, machine }) => {
      await setMachineConfig(node, BARE);
      await sim.settle();
      const before = await node.ids(AddressStatus);
      machine.fails = true;
      await sim.advance('1m');
      expect(await node.ids(AddressStatus)).toEqual(before);
      expect(sim.log.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(3);
    });
  });

  test('without a machine to ask is the configuration alone', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), controllers(sim));
      await setMachineConfig(node, BARE);
      await sim.advance(POLL);
      expect(await node.ids(HostnameStatus)).toEqual([]);
      expect(await node.ids(HardwareAddr)).toEqual([]);
      expect(await addresses(node, 'routed-no-k8s')).toEqual([]);
    });
  });

  test('the first hardware address is that of a physical interface, else of any', async () => {
    await withNode(async ({ node, sim, machine }) => {
      machine.links = [
        { ...link('br0', '02:00:00:00:00:01', []), isPhysical: false },
        link('eth1', '', []),
        link('eth2', '52:54:00:00:00:02', []),
      ];
      await setMachineConfig(node, BARE);
      await sim.settle();
      expect((await node.spec(HardwareAddr, 'first'))?.name).toBe('eth2');
      machine.links = machine.links.slice(0, 2);
      await sim.advance(POLL);
      expect((await node.spec(HardwareAddr, 'first'))?.name).toBe('br0');
      machine.links = [];
      await sim.advance(POLL);
      expect(await node.ids(HardwareAddr)).toEqual([]);
    });
  });
});

describe('the addresses of a node', () => {
  test.each([
    ['v1', ['10.0.0.5/24', '10.0.0.5/32', '192.168.0.1/24']],
    ['v2', ['10.0.0.5/32', '10.0.0.5/24', '192.168.0.1/24']],
  ])('are ordered by the algorithm of the configuration: %s', async (algorithm, expected) => {
    await withNode(async ({ node, sim, machine }) => {
      machine.links = [link('eth0', '', ['192.168.0.1/24', '10.0.0.5/32', '10.0.0.5/24'])];
      const text = `machine:\n  features:\n    nodeAddressSortAlgorithm: ${algorithm}\ncluster: {}\n`;
      await setMachineConfig(node, text);
      await sim.settle();
      expect(await addresses(node, 'current')).toEqual(expected);
      expect((await node.spec(NodeAddress, 'current'))?.sortAlgorithm).toBe(algorithm);
    });
  });

  test('are told from those of pods and services', async () => {
    await withNode(async ({ node, sim, machine }) => {
      machine.links = [link('eth0', '', ['172.20.0.2/24', '10.244.3.1/24', '10.96.0.1/32', '10.9.0.1/24'])];
      await setMachineConfig(node, BARE);
      await sim.settle();
      expect(await addresses(node, 'current-no-k8s')).toEqual(['172.20.0.2/24']);
      expect(await addresses(node, 'current-only-k8s')).toEqual(['10.9.0.1/24', '10.96.0.1/32', '10.244.3.1/24']);
      // What this node gives its own pods, of which the configuration knows nothing.
      expect(await node.spec(NodeStatus, 'machine')).toMatchObject({ podCIDRs: ['10.9.0.0/24'] });
      expect(await node.spec(NodeAddressFilter, 'no-k8s')).toEqual({
        includeSubnets: [],
        excludeSubnets: ['10.244.0.0/16', '10.9.0.0/24', '10.96.0.0/12'],
      });
    });
  });

  test('that are seen from outside, or lead to an administrator, are not routed', async () => {
    await withNode(async ({ node, sim, machine }) => {
      const siderolink = 'fdae:41e4:649b:9303:60be:7e36:c270:3238/128';
      machine.links = [link('eth0', '', ['172.20.0.2/24', siderolink])];
      await setMachineConfig(node, BARE);
      await node.of(AddressStatus).create('external/1.2.3.4/32', {
        ...AddressStatus.spec.fromPlain({}),
        address: ipPrefixOf('1.2.3.4/32'),
        linkName: 'external',
        scope: 'global',
      });
      await sim.settle();
      expect(await addresses(node, 'current-no-k8s')).toEqual(['1.2.3.4/32', '172.20.0.2/24', siderolink]);
      expect(await addresses(node, 'routed-no-k8s')).toEqual(['172.20.0.2/24']);
    });
  });
});

describe('the machine type', () => {
  test('is unknown as long as there is no configuration', async () => {
    await withNode(async ({ node, sim }) => {
      const type = async () => {
        await sim.settle();
        return (await node.spec(MachineType, 'machine-type'))?.machineType;
      };
      expect(await type()).toBe('unknown');
      await setMachineConfig(node, CONFIGURED);
      expect(await type()).toBe('controlplane');
      await setMachineConfig(node, BARE);
      expect(await type()).toBe('worker');
      await node.remove(MachineConfig, 'v1alpha1');
      expect(await type()).toBe('unknown');
    });
  });
});

test('the API server listens on a control plane node where the configuration says', async () => {
  await withNode(async ({ node, sim }) => {
    const config = (type: string, port: string) =>
      setMachineConfig(node, `machine:\n  type: ${type}\ncluster:\n  controlPlane: {${port}}\n`);
    const port = async () => {
      await sim.settle();
      return (await node.spec(ApiServerConfig, 'final-kube-apiserver'))?.localPort;
    };
    await config('controlplane', 'localAPIServerPort: 6445');
    expect(await port()).toBe(6445);
    await config('controlplane', '');
    expect(await port()).toBeUndefined();
    await config('worker', 'localAPIServerPort: 6445');
    expect(await port()).toBeUndefined();
  });
});

test.each([
  ['Node_1', false, 'node-1'],
  ['-Fancy!Name_', false, 'fancyname'],
  ['node.example.com', false, 'node'],
  ['node.example.com', true, 'node.example.com'],
])('the node name of "%s" (with its domain: %s) is "%s"', async (hostname, isFqdn, nodename) => {
  await withNode(async ({ node, sim }) => {
    const machine = `machine:\n  network:\n    hostname: "${hostname}"\n  kubelet:\n    registerWithFQDN: ${isFqdn}\n`;
    await setMachineConfig(node, `${machine}cluster: {}\n`);
    await sim.settle();
    expect((await node.spec(Nodename, 'nodename'))?.nodename).toBe(nodename);
  });
});

interface FakeMachine {
  name: string;
  links: readonly HostLink[];
  fails: boolean;
}

async function withNode(
  scenario: (world: { node: Running; sim: Simulation; machine: FakeMachine }) => Promise<void>,
): Promise<void> {
  await simulate({}, async (sim) => {
    const machine: FakeMachine = {
      name: 'machine',
      links: [
        link('ens3', '52:54:00:00:00:02', ['192.168.1.2/24', '2001:db8::2/64', 'fe80::1/64']),
        { ...link('lo', '', ['127.0.0.1/8', '::1/128']), isPhysical: false },
      ],
      fails: false,
    };
    const ask = <T>(answer: () => T): Promise<T> =>
      machine.fails ? Promise.reject(new Error('no answer')) : Promise.resolve(answer());
    const system: HostSystem = { hostname: () => ask(() => machine.name), links: () => ask(() => machine.links) };
    await scenario({ node: runControllers(sim.node('node'), controllers(sim, system)), sim, machine });
  });
}

function controllers(sim: Simulation, system?: HostSystem) {
  const host = sim.nodes.get('node')?.host ?? sim.node('clock').host;
  return [
    machineTypeController,
    hostnameController(host, system),
    nodenameController,
    nodeStatusController(host, undefined, system === undefined ? [] : [ipPrefixOf('10.9.0.0/24')]),
    hardwareAddressController(host, system),
    addressStatusController(host, system),
    addressFilterController,
    sortAlgorithmController,
    nodeAddressController(system !== undefined),
    apiServerConfigController,
  ];
}

function link(name: string, hardwareAddr: string, prefixes: readonly string[]): HostLink {
  return {
    name,
    index: 1,
    isPhysical: true,
    hardwareAddr,
    addresses: prefixes.map((prefix) => ({
      prefix: ipPrefixOf(prefix),
      scope: prefix.startsWith('fe80')
        ? 'link'
        : prefix.startsWith('127.') || prefix.startsWith('::1')
          ? 'host'
          : 'global',
    })),
  };
}

async function addresses(node: Running, id: string): Promise<readonly string[] | undefined> {
  return (await node.spec(NodeAddress, id))?.addresses;
}
