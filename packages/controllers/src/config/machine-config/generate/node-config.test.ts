import { ipPrefixOf } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { formatHardwareAddress, hardwareAddressFromName } from '../../../identity/hardware-address.ts';
import { checkMachineConfig, parseMachineConfig } from '../parse.ts';
import { clusterIdFrom, clusterSecretFrom } from './cluster-identity.ts';
import { generateNodeConfig, type NodeConfigOptions } from './node-config.ts';

const RANDOM = Uint8Array.from({ length: 32 }, (_, at) => 255 - at);

const NODE: NodeConfigOptions = {
  type: 'controlplane',
  hostname: 'talos-default-controlplane-1',
  interface: 'eth0',
  addresses: [ipPrefixOf('172.20.0.2/16')],
  hardwareAddr: '8e:13:71:af:7c:94',
  clusterName: 'talos-default',
  clusterId: clusterIdFrom(RANDOM),
  clusterSecret: clusterSecretFrom(RANDOM),
  serviceEndpoint: 'http://127.0.0.1:3000/',
  kubespan: true,
};

describe('the generated configuration of a node', () => {
  test('is what an operator reads', () => {
    expect(generateNodeConfig(NODE)).toBe(`# The machine configuration of this node. It is yours to edit.
version: v1alpha1
machine:
    type: controlplane # controlplane or worker
    network:
        hostname: talos-default-controlplane-1
        # Nodes that share a machine cannot ask it for these. Leave the list out and the machine is asked.
        interfaces:
            - interface: eth0
              addresses:
                  - 172.20.0.2/16
              hardwareAddr: 8e:13:71:af:7c:94
        # A WireGuard mesh between all nodes of the cluster. It needs cluster.discovery below.
        kubespan:
            enabled: true
cluster:
    clusterName: talos-default
    # The same on all nodes of a cluster: the discovery service knows the cluster by it.
    id: __79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA=
    # The same on all nodes, and secret: what they publish is encrypted with it.
    secret: //79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=
    discovery:
        enabled: true # false: no members
        # Where nodes publish themselves and find each other. Without any registry there are no members.
        registries:
            kubernetes:
                disabled: true
            service:
                disabled: false
                endpoint: http://127.0.0.1:3000/
`);
  });

  const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  const anyOptions = fc.record<NodeConfigOptions>(
    {
      type: fc.constantFrom('init', 'controlplane', 'worker'),
      hostname: fc.oneof(fc.domain(), anyText, fc.constantFrom('yes', '1e3', '12:30:00', 'null', '0x1f', '-')),
      interface: anyText,
      addresses: fc.array(fc.ipV4().map((ip) => ipPrefixOf(`${ip}/16`))),
      hardwareAddr: anyText.map((name) => formatHardwareAddress(hardwareAddressFromName(name))),
      clusterName: anyText,
      clusterId: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => clusterIdFrom(bytes)),
      clusterSecret: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => clusterSecretFrom(bytes)),
      serviceEndpoint: fc.constantFrom('http://127.0.0.1:3000/', 'https://[::1]:3000/', 'grpc://example.com'),
      kubespan: fc.boolean(),
      authority: fc.record({ crt: fc.base64String(), key: fc.base64String() }),
      talosVersion: fc.constantFrom('v1.0', 'v1.1', 'v1.2.3', 'v1.3', '1.13', 'v1.14', 'v1.15.0-alpha.0', '2.0'),
    },
    { requiredKeys: ['type', 'clusterName', 'clusterId', 'clusterSecret', 'kubespan', 'hostname'] },
  );

  test.prop([anyOptions])('is read as what was asked for', (options) => {
    const config = parseMachineConfig(generateNodeConfig(options));
    expect(config).toMatchObject({
      machineType: options.type,
      hostname: options.hostname,
      clusterName: options.clusterName,
      discoveryIdentity: { clusterId: options.clusterId, clusterSecret: options.clusterSecret },
      warning: undefined,
    });
    const { type, authority } = options;
    expect(config.authority).toEqual(authority && { ...authority, key: type === 'worker' ? '' : authority.key });
    expect(config.kubespan?.enabled ?? false).toBe(options.kubespan);
    expect(config.discoveryServices).toHaveLength(1);
    expect(config.discoveryServices[0]?.url).toBe(options.serviceEndpoint ?? 'https://discovery.talos.dev/');
    const { interface: name, addresses = [], hardwareAddr } = options;
    expect(config.interfaces).toEqual(name === undefined ? [] : [{ name, addresses, hardwareAddr }]);
  });

  test.each<[string, string, boolean]>([
    ['v1.0', 'legacy', true],
    ['v1.1', 'legacy', true],
    ['v1.2', 'legacy', false],
    ['v1.13', 'legacy', false],
    ['v1.14', 'default', false],
    ['v1.14.0-beta.1', 'default', false],
  ])('for %s has the service %j, and the Kubernetes registry: %s', (talosVersion, service, kubernetes) => {
    for (const type of ['controlplane', 'worker'] as const) {
      const config = parseMachineConfig(generateNodeConfig({ ...NODE, type, talosVersion }));
      expect(config.discoveryServices.map(({ name }) => name)).toEqual([service]);
      expect(config.kubernetesRegistryEnabled).toBe(kubernetes);
      expect(config.discoveryIdentity?.clusterId).toBe(NODE.clusterId);
    }
  });

  test.each(['v1.1', 'v1.3', 'v1.14'])('for %s without discovery has an identity and no registry', (talosVersion) => {
    const options = { ...NODE, kubespan: false, discovery: false, talosVersion };
    const config = parseMachineConfig(generateNodeConfig(options));
    expect(config.discoveryServices).toEqual([]);
    expect(config.kubernetesRegistryEnabled).toBe(false);
    expect(config.discoveryIdentity?.clusterId).toBe(NODE.clusterId);
    expect(() => generateNodeConfig({ ...options, kubespan: true })).toThrow(RangeError);
  });

  test.each(['', 'v1', '1.x', 'latest', 'v1.3.0; rm'])('is not made for the version %j', (talosVersion) => {
    expect(() => generateNodeConfig({ ...NODE, talosVersion })).toThrow(RangeError);
  });

  test('shows a reader of older YAML the same texts', () => {
    const text = generateNodeConfig({ ...NODE, hostname: 'off', hardwareAddr: '12:13:14:15:16:17' });
    expect(text).toContain('hostname: "off"');
    expect(text).toContain('hardwareAddr: "12:13:14:15:16:17"');
    expect(checkMachineConfig(text).problems).toEqual([]);
  });

  test('keeps IPv6 addresses', () => {
    const address = ipPrefixOf('2001:db8::1/64');
    const config = parseMachineConfig(generateNodeConfig({ ...NODE, addresses: [address] }));
    expect(config.interfaces[0]?.addresses).toEqual([address]);
  });
});

describe('the identity of a cluster', () => {
  test('is written in the alphabet of the version', () => {
    expect(clusterIdFrom(RANDOM)).toBe('__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA=');
    expect(clusterIdFrom(RANDOM, 'v1.14')).toBe('//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=');
    expect(clusterSecretFrom(RANDOM)).toBe('//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=');
  });

  test('needs 32 bytes', () => {
    expect(() => clusterIdFrom(RANDOM.subarray(1))).toThrow(RangeError);
    expect(() => clusterSecretFrom(RANDOM.subarray(1))).toThrow(RangeError);
  });
});
