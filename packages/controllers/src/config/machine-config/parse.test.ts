import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { checkMachineConfig, parseMachineConfig } from './parse.ts';

const ID = 'yui150Ogam0pdQoNZS2lZR-ihi8EWxNM17bZPktJKKE=';
const SECRET = 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=';

const LEGACY = `
version: v1alpha1
cluster:
  id: ${ID}
  secret: ${SECRET}
  clusterName: talos-default
  controlPlane:
    endpoint: https://172.20.0.1:6443
    localAPIServerPort: 6445
  network:
    podSubnets: [10.5.0.0/16, "fd00::/64"]
  discovery:
    enabled: true
    registries:
      kubernetes:
        disabled: true
      service:
        disabled: false
        endpoint: https://discovery.talos.dev/
machine:
  type: controlplane
  features:
    nodeAddressSortAlgorithm: v2
  kubelet:
    registerWithFQDN: yes
    skipNodeRegistration: on
  network:
    hostname: talos-default-controlplane-1
    interfaces:
      - interface: eth0
        addresses: [172.20.0.2/16, 172.20.0.9, "2001:DB8::1/64"]
        hardwareAddr: 8E:13:71:AF:7C:94
    kubespan:
      enabled: true
      advertiseKubernetesNetworks: true
      allowDownPeerBypass: true
      harvestExtraEndpoints: true
      mtu: 1380
      filters:
        endpoints: ["0.0.0.0/0", "!192.168.0.0/16", "::/0"]
        excludeAdvertisedNetworks: ["192.168.1.0/24"]
`;

const DOCUMENTS = `
version: v1alpha1
machine: {}
cluster: {}
---
apiVersion: v1alpha1
kind: DiscoveryServiceConfig
name: primary
endpoint: https://discovery.talos.dev/
---
apiVersion: v1alpha1
kind: DiscoveryServiceConfig
name: secondary
endpoint: https://discovery-secondary.talos.dev/path
---
apiVersion: v1alpha1
kind: DiscoveryServiceConfig
name: grpc-endpoint
endpoint: grpc://discovery-grpc.talos.dev:6443
---
apiVersion: v1alpha1
kind: DiscoveryIdentityConfig
clusterID: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
clusterSecret: vlf2HU1NEZL3Ezi9Tk+RZBLJUbjnsHnTzs3wK9JNk6Q=
---
apiVersion: v1alpha1
kind: KubeSpanConfig
enabled: true
advertiseKubernetesNetworks: false
allowDownPeerBypass: false
mtu: 1420
filters:
    excludeAdvertisedNetworks:
        - 2007::/64
---
apiVersion: v1alpha1
kind: KubeSpanEndpointsConfig
extraAnnouncedEndpoints:
    - 3.4.5.6:123
    - 10.11.12.13:456
---
apiVersion: v1alpha1
kind: KubeSpanEndpointsConfig
extraAnnouncedEndpoints:
    - "[fd00::1]:52000"
    - 3.4.5.6:123
`;

describe('a configuration in the legacy form', () => {
  test('says all that its fields say', () => {
    expect(parseMachineConfig(LEGACY)).toEqual({
      text: LEGACY,
      hasV1Alpha1: true,
      hasMachine: true,
      hasCluster: true,
      machineType: 'controlplane',
      hostname: 'talos-default-controlplane-1',
      interfaces: [
        {
          name: 'eth0',
          addresses: ['172.20.0.2/16', '172.20.0.9/32', '2001:db8::1/64'],
          hardwareAddr: '8e:13:71:af:7c:94',
        },
      ],
      nodeAddressSortAlgorithm: 'v2',
      registerWithFqdn: true,
      skipNodeRegistration: true,
      clusterName: 'talos-default',
      controlPlaneEndpoint: 'https://172.20.0.1:6443',
      localApiServerPort: 6445,
      podSubnets: ['10.5.0.0/16', 'fd00::/64'],
      serviceSubnets: ['10.96.0.0/12'],
      discoveryServices: [
        {
          name: 'legacy',
          url: 'https://discovery.talos.dev/',
          endpoint: 'discovery.talos.dev:443',
          insecure: false,
        },
      ],
      discoveryIdentity: { clusterId: ID, clusterSecret: SECRET },
      kubernetesRegistryEnabled: false,
      kubespan: {
        enabled: true,
        advertiseKubernetesNetworks: true,
        forceRouting: false,
        harvestExtraEndpoints: true,
        mtu: 1380,
        endpointFilters: ['0.0.0.0/0', '!192.168.0.0/16', '::/0'],
        excludeAdvertisedNetworks: ['192.168.1.0/24'],
      },
      extraEndpoints: [],
      warning: undefined,
    });
  });

  test('means much by what it leaves out', () => {
    const config = parseMachineConfig(`
machine: { network: { kubespan: { mtu: 0, filters: { endpoints: [] } } } }
cluster: { id: cluster1, secret: ${SECRET}, discovery: { enabled: true } }
`);
    expect(config.machineType).toBe('worker');
    expect(config.podSubnets).toEqual(['10.244.0.0/16']);
    expect(config.nodeAddressSortAlgorithm).toBe('v1');
    expect(config.kubernetesRegistryEnabled).toBe(true);
    expect(config.discoveryServices).toMatchObject([{ name: 'legacy', endpoint: 'discovery.talos.dev:443' }]);
    expect(config.kubespan).toEqual({
      enabled: false,
      advertiseKubernetesNetworks: false,
      forceRouting: true,
      harvestExtraEndpoints: false,
      mtu: 1420,
      endpointFilters: [],
      excludeAdvertisedNetworks: [],
    });
  });

  test.each([
    ['', undefined],
    ['id: cluster1', { clusterId: 'cluster1', clusterSecret: '' }],
    [`secret: ${SECRET}`, { clusterId: '', clusterSecret: SECRET }],
    ['id: ""', undefined],
    ['id: 12e4', { clusterId: '12e4', clusterSecret: '' }],
  ])('with %j has the identity %j', (line, identity) => {
    expect(parseMachineConfig(`cluster:\n  clusterName: x\n  ${line}`).discoveryIdentity).toEqual(identity);
  });

  test.each([
    ['machine: {type: init}', 'init'],
    ['machine: {type: controlplane}', 'controlplane'],
    ['machine: {type: worker}', 'worker'],
    ['machine: {type: join}', 'worker'],
    ['machine: {type: ""}', 'worker'],
    ['machine: {}', 'worker'],
    ['machine: {type: unknown}', 'unknown'],
    ['machine:', 'unknown'],
    ['cluster: {}', 'unknown'],
    ['', 'unknown'],
  ])('%j is of the type %s', (text, type) => {
    expect(parseMachineConfig(text).machineType).toBe(type);
  });

  test.each([
    ['', [false, false, false]],
    ['# nothing\n', [false, false, false]],
    ['---\n---\n', [false, false, false]],
    ['machine: {}\ncluster: {}\n', [true, true, true]],
    ['version: v1alpha1\nmachine: null\ncluster: ~\n', [true, false, false]],
    ['apiVersion: v1alpha1\nkind: KubeSpanEndpointsConfig\n', [false, false, false]],
  ])('%j has the sections %j', (text, sections) => {
    const { hasV1Alpha1, hasMachine, hasCluster } = parseMachineConfig(text);
    expect([hasV1Alpha1, hasMachine, hasCluster]).toEqual(sections);
  });
});

describe('a configuration in documents', () => {
  const config = parseMachineConfig(DOCUMENTS);

  test('has its services in their order, without paths', () => {
    expect(config.discoveryServices.map(({ name, endpoint }) => [name, endpoint])).toEqual([
      ['primary', 'discovery.talos.dev:443'],
      ['secondary', 'discovery-secondary.talos.dev:443'],
      ['grpc-endpoint', 'discovery-grpc.talos.dev:6443'],
    ]);
    expect(config.kubernetesRegistryEnabled).toBe(false);
  });

  test('has identity, KubeSpan and the endpoints of all documents', () => {
    expect(config.discoveryIdentity).toEqual({
      clusterId: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
      clusterSecret: 'vlf2HU1NEZL3Ezi9Tk+RZBLJUbjnsHnTzs3wK9JNk6Q=',
    });
    expect(config.kubespan).toMatchObject({
      enabled: true,
      forceRouting: true,
      mtu: 1420,
      endpointFilters: undefined,
      excludeAdvertisedNetworks: ['2007::/64'],
    });
    expect(config.extraEndpoints).toEqual(['3.4.5.6:123', '10.11.12.13:456', '[fd00::1]:52000']);
  });

  test('is immutable', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
    expect(frozen(parseMachineConfig(LEGACY))).toBe(true);
    expect(frozen(parseMachineConfig(''))).toBe(true);
  });
});

describe('precedence', () => {
  const legacy = (enabled: boolean) => `cluster: {id: a, secret: ${SECRET}, discovery: {enabled: ${enabled}}}\n`;
  const serviceOff = 'cluster: {discovery: {enabled: true, registries: {service: {disabled: true}}}}\n';
  const service = (name: string) =>
    `---\napiVersion: v1alpha1\nkind: DiscoveryServiceConfig\nname: ${name}\nendpoint: https://${name}.example.com/\n`;
  const names = (text: string) => checkMachineConfig(text).config?.discoveryServices.map(({ name }) => name);

  test.each([
    ['nothing', '', []],
    ['no block', 'cluster: {}\n', []],
    ['the legacy block', legacy(true), ['legacy']],
    ['the legacy block off', legacy(false), []],
    ['the service registry off', serviceOff, []],
    ['documents', service('one') + service('two'), ['one', 'two']],
    ['the legacy block off, and a document', legacy(false) + service('one'), ['one']],
    ['the service registry off, and a document', serviceOff + service('one'), ['one']],
    ['the legacy block on, and documents', legacy(true) + service('one') + service('two'), ['legacy']],
  ])('%s', (_, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test('of identities: the legacy one', () => {
    const document = `---\napiVersion: v1alpha1\nkind: DiscoveryIdentityConfig\nclusterID: b\nclusterSecret: ${SECRET}\n`;
    const idOf = (text: string) => checkMachineConfig(text).config?.discoveryIdentity?.clusterId;
    expect(idOf(`cluster: {id: a}\n${document}`)).toBe('a');
    expect(idOf(`cluster: {secret: ${SECRET}}\n${document}`)).toBe('');
    expect(idOf(`cluster: {id: ""}\n${document}`)).toBe('b');
    expect(idOf(document)).toBe('b');
  });

  test('of KubeSpan: the document', () => {
    const block = 'machine: {network: {kubespan: {enabled: true, mtu: 1300}}}\n';
    const document = '---\napiVersion: v1alpha1\nkind: KubeSpanConfig\nmtu: 1400\n';
    expect(checkMachineConfig(block + document).config?.kubespan).toMatchObject({ enabled: false, mtu: 1400 });
    expect(checkMachineConfig(block).config?.kubespan).toMatchObject({ enabled: true, mtu: 1300 });
    expect(checkMachineConfig('machine: {network: {}}').config?.kubespan).toBeUndefined();
  });
});

describe('what is not read', () => {
  test('is named in one warning', () => {
    const { warning } = parseMachineConfig(
      `
version: v1alpha1
debug: false
machine:
  install: { disk: /dev/sda }
  network:
    nameservers: [1.1.1.1]
    interfaces:
      - { interface: eth0, dhcp: true }
      - { interface: eth1, dhcp: true }
cluster:
  apiServer: { extraArgs: {} }
  "a key: with spaces": 1
---
apiVersion: v1alpha1
kind: UserVolumeConfig
name: data
---
apiVersion: v1alpha1
kind: KubespanConfig
`,
      { file: 'node.yaml' },
    );
    expect(warning).toEqual({
      file: 'node.yaml',
      line: 3,
      column: 1,
      message:
        'not used here and ignored: debug, machine.install, machine.network.nameservers, ' +
        'machine.network.interfaces[].dhcp, cluster.apiServer, cluster: a key that is no plain word, ' +
        'kind UserVolumeConfig, kind KubespanConfig (did you mean KubeSpanConfig?)',
    });
  });

  test('is no more than thirty names', () => {
    const many = Array.from({ length: 40 }, (_, at) => `key${at}: 1`).join('\n');
    expect(parseMachineConfig(many).warning?.message).toMatch(/key29 and 10 more$/);
  });
});

describe('YAML', () => {
  test('anchors, aliases and merged keys are followed, the nearer key first', () => {
    const config = parseMachineConfig(`
x: &names { hostname: merged, interfaces: [{ interface: eth7 }] }
cluster: { clusterName: &name c1 }
machine:
  network:
    <<: [*names, { kubespan: { mtu: 1300 } }]
    hostname: *name
`);
    expect(config.hostname).toBe('c1');
    expect(config.interfaces[0]?.name).toBe('eth7');
    expect(config.kubespan?.mtu).toBe(1300);
  });

  test('a byte order mark, carriage returns and an end of document do no harm', () => {
    expect(parseMachineConfig('\ufeffmachine:\r\n  type: init\r\n...\r\n').machineType).toBe('init');
  });

  test('a version directive changes nothing', () => {
    expect(parseMachineConfig('%YAML 1.1\n---\nmachine: {network: {hostname: no}}').hostname).toBe('no');
  });
});
