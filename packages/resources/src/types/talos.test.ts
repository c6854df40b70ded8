import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtinTypes } from './builtin.ts';

/**
 * Specs as Talos 1.13.0 encodes them: the type, the protobuf form in hexadecimal, and the YAML form. The YAML form is
 * missing where ours is meant to differ: fields that are younger than 1.13, and addresses of an AddressStatus, which Go's
 * `omitempty` never prints.
 */
const vectors: readonly (readonly [type: string, proto: string, yaml?: string])[] = [
  [
    'Identities.cluster.talos.dev',
    '0a2b55746f68334f305a6e6556306b54324955427268375467646f755263555732797a61614d6c3456586e4364',
    `nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd
`,
  ],
  [
    'Affiliates.cluster.talos.dev',
    '',
    `nodeId: ""
addresses: []
hostname: ""
operatingSystem: ""
machineType: unknown
`,
  ],
  [
    'Affiliates.cluster.talos.dev',
    '0a0361626312060a04ac14000212120a10fd83b1f7fcb528028c1371fffeaf7c9412160a14fe800000000000000000000000000001657468301a1c74616c6f732d64656661756c742d636f6e74726f6c706c616e652d3122026e312a0e54616c6f73202876312e332e302930023a780a2c4e7a57386f65494835724a7959356c6566443957526f48575752722f5136447773446a4d582b784b6a54343d12120a10fd8300000000000000000000000000011a080a040af4030110181a060a0400000000220a0a040a00000210ec940322160a100192016800000000000000000000000210ec9403420308ab32',
    `nodeId: abc
addresses:
    - 172.20.0.2
    - fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94
    - fe80::1%eth0
hostname: talos-default-controlplane-1
nodename: n1
operatingSystem: Talos (v1.3.0)
machineType: controlplane
kubespan:
    publicKey: NzW8oeIH5rJyY5lefD9WRoHWWRr/Q6DwsDjMX+xKjT4=
    address: fd83::1
    additionalAddresses:
        - 10.244.3.1/24
        - 0.0.0.0/0
    endpoints:
        - 10.0.0.2:51820
        - '[192:168::2]:51820'
    excludeAdvertisedNetworks: []
controlPlane:
    port: 6443
`,
  ],
  [
    'Affiliates.cluster.talos.dev',
    '0a0361626330033a1412120a10fd8300000000000000000000000000014200',
    `nodeId: abc
addresses: []
hostname: ""
operatingSystem: ""
machineType: worker
controlPlane:
    port: 0
`,
  ],
  [
    'Members.cluster.talos.dev',
    '0a0361626312060a04ac1400021a016820032a1654616c6f73202876312e332e302d616c7068612e3129320b08ffffffffffffffffff01',
    `nodeId: abc
addresses:
    - 172.20.0.2
hostname: h
machineType: worker
operatingSystem: Talos (v1.3.0-alpha.1)
controlPlane:
    port: -1
`,
  ],
  [
    'DiscoveryConfigs.cluster.talos.dev',
    '0801100118012217646973636f766572792e74616c6f732e6465763a343433280132030001ff3a2c7975693135304f67616d307064516f4e5a53326c5a522d696869384557784e4d3137625a506b744a4b4b453d',
  ],
  ['DiscoveryConfigs.cluster.talos.dev', ''],
  [
    'Infos.cluster.talos.dev',
    '0a03313233120474727565',
    `clusterId: "123"
clusterName: "true"
`,
  ],
  [
    'KubeSpanConfigs.kubespan.talos.dev',
    '08011201631a017320012801308c0b3a09302e302e302e302f303a0f213139322e3136382e302e302f31363a043a3a2f3040014a080a04010203041005',
    `enabled: true
clusterId: c
sharedSecret: s
forceRouting: true
advertiseKubernetesNetworks: true
mtu: 1420
endpointFilters:
    - 0.0.0.0/0
    - '!192.168.0.0/16'
    - ::/0
harvestExtraEndpoints: true
extraEndpoints:
    - 1.2.3.4:5
`,
  ],
  [
    'KubeSpanConfigs.kubespan.talos.dev',
    '',
    `enabled: false
clusterId: ""
sharedSecret: ""
forceRouting: false
advertiseKubernetesNetworks: false
harvestExtraEndpoints: false
`,
  ],
  [
    'KubeSpanIdentities.kubespan.talos.dev',
    '0a150a10fd83b1f7fcb528028c1371fffeaf7c9410800112140a10fd83b1f7fcb52802000000000000000010401a2c674e6f61736f4b4f4a7a6c2b2f422b75586876734256787638314f63564c726c636d51356a51775a4f30383d222c4e7a57386f65494835724a7959356c6566443957526f48575752722f5136447773446a4d582b784b6a54343d',
    `address: fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94/128
subnet: fd83:b1f7:fcb5:2802::/64
privateKey: gNoasoKOJzl+/B+uXhvsBVxv81OcVLrlcmQ5jQwZO08=
publicKey: NzW8oeIH5rJyY5lefD9WRoHWWRr/Q6DwsDjMX+xKjT4=
`,
  ],
  [
    'KubeSpanIdentities.kubespan.talos.dev',
    '',
    `address: ""
subnet: ""
privateKey: ""
publicKey: ""
`,
  ],
  [
    'KubeSpanPeerSpecs.kubespan.talos.dev',
    '0a120a10fd83000000000000000000000000000212080a040af40000101812150a10fd8300000000000000000000000000021080011a0a0a04ac14000310ec940322016c',
    `address: fd83::2
allowedIPs:
    - 10.244.0.0/24
    - fd83::2/128
endpoints:
    - 172.20.0.3:51820
label: l
`,
  ],
  [
    'KubeSpanPeerStatuses.kubespan.talos.dev',
    '',
    `endpoint: ""
label: ""
state: unknown
receiveBytes: 0
transmitBytes: 0
lastHandshakeTime: 0001-01-01T00:00:00Z
lastUsedEndpoint: ""
lastEndpointChange: 0001-01-01T00:00:00Z
`,
  ],
  [
    'KubeSpanPeerStatuses.kubespan.talos.dev',
    '0a0a0a04ac14000310ec940312016c1801209495960728b0d5c208320b08c0d89a9a0610959aef3a3a160a10fd83000000000000000000000000000310ec94034200',
    `endpoint: 172.20.0.3:51820
label: l
state: up
receiveBytes: 15043220
transmitBytes: 17869488
lastHandshakeTime: 2022-10-12T12:00:00.123456789Z
lastUsedEndpoint: '[fd83::3]:51820'
lastEndpointChange: 1970-01-01T00:00:00Z
`,
  ],
  [
    'KubeSpanEndpoints.kubespan.talos.dev',
    '0a2b32566658336e7536375a745a506c353749644a72553837424d6a56576b53424a694c39756c503954436e4612060a04ac140003',
    `affiliateID: 2VfX3nu67ZtZPl57IdJrU87BMjVWkSBJiL9ulP9TCnF
endpoint: 172.20.0.3:0
`,
  ],
  [
    'HostnameStatuses.net.talos.dev',
    '0a01681203642e65',
    `hostname: h
domainname: d.e
`,
  ],
  [
    'NodeAddresses.net.talos.dev',
    '0a080a04ac14000210180a150a10fd8300000000000000000000000000011080011001',
    `addresses:
    - 172.20.0.2/24
    - fd83::1/128
sortAlgorithm: v2
`,
  ],
  [
    'NodeAddresses.net.talos.dev',
    '',
    `addresses: []
sortAlgorithm: v1
`,
  ],
  [
    'NodeAddressFilters.net.talos.dev',
    '12080a040af400001010',
    `includeSubnets: []
excludeSubnets:
    - 10.244.0.0/16
`,
  ],
  [
    'NodeAddressSortAlgorithms.net.talos.dev',
    '',
    `algorithm: v1
`,
  ],
  [
    'AddressStatuses.net.talos.dev',
    '0a080a04ac140002101812060a04ac1400021a060a04ac1400ff30083a0465746830400248fd01508005588008',
  ],
  ['AddressStatuses.net.talos.dev', ''],
  [
    'HardwareAddresses.net.talos.dev',
    '0a046574683012068e1371af7c94',
    `name: eth0
hardwareAddr: 8e:13:71:af:7c:94
`,
  ],
  [
    'HardwareAddresses.net.talos.dev',
    '',
    `name: ""
hardwareAddr: ""
`,
  ],
  [
    'Nodenames.kubernetes.talos.dev',
    '0a066e6f64652d311201311801',
    `nodename: node-1
hostnameVersion: "1"
skipNodeRegistration: true
`,
  ],
  [
    'NodeStatuses.kubernetes.talos.dev',
    '0a066e6f64652d311001221e0a166b756265726e657465732e696f2f686f73746e616d6512047472756532080a040af400001018',
    `nodename: node-1
nodeReady: true
unschedulable: false
labels:
    kubernetes.io/hostname: "true"
annotations: {}
podCIDRs:
    - 10.244.0.0/24
`,
  ],
  [
    'NodeStatuses.kubernetes.talos.dev',
    '',
    `nodename: ""
nodeReady: false
unschedulable: false
labels: {}
annotations: {}
podCIDRs: []
`,
  ],
  [
    'Endpoints.kubernetes.talos.dev',
    '0a060a04ac140002120168',
    `addresses:
    - 172.20.0.2
hosts:
    - h
`,
  ],
  [
    'MachineResetSignals.runtime.talos.dev',
    '',
    `{}
`,
  ],
  [
    'EtcFileSpecs.files.talos.dev',
    '0a086162630a6465660a10a4021a016c',
    `contents: |
    abc
    def
mode: 292
selinux_label: l
`,
  ],
  [
    'EtcFileSpecs.files.talos.dev',
    '0a02ff01',
    `contents:
    - 255
    - 1
mode: 0
selinux_label: ""
`,
  ],
  ['VolumeMountRequests.block.talos.dev', '0a0553544154451201721801200128013001'],
  ['VolumeMountStatuses.block.talos.dev', '0a0553544154451201721a0d2f73797374656d2f73746174653801'],
  [
    'MachineTypes.config.talos.dev',
    '',
    `unknown
`,
  ],
  [
    'MachineTypes.config.talos.dev',
    '0803',
    `worker
`,
  ],
  [
    'Namespaces.meta.cosi.dev',
    '0a2e436c757374657220636f6e66696775726174696f6e20616e6420646973636f76657279207265736f75726365732e',
    `description: Cluster configuration and discovery resources.
`,
  ],
  [
    'ResourceDefinitions.meta.cosi.dev',
    '0a1c4964656e7469746965732e636c75737465722e74616c6f732e64657612084964656e746974791a07636c757374657222086964656e746974792a0a6964656e7469746965732a126964656e7469746965732e636c75737465722a186964656e7469746965732e636c75737465722e74616c6f732a086964656e74697479320f0a02494412097b2e6e6f646549647d',
    `type: Identities.cluster.talos.dev
displayType: Identity
defaultNamespace: cluster
aliases:
    - identity
allAliases:
    - identities
    - identities.cluster
    - identities.cluster.talos
    - identity
printColumns:
    - name: ID
      jsonPath: '{.nodeId}'
`,
  ],
  [
    'ResourceDefinitions.meta.cosi.dev',
    '0a22446973636f76657279436f6e666967732e636c75737465722e74616c6f732e646576120f446973636f76657279436f6e6669671a06636f6e666967220f646973636f76657279636f6e6669672202646322036463732a10646973636f76657279636f6e666967732a18646973636f76657279636f6e666967732e636c75737465722a1e646973636f76657279636f6e666967732e636c75737465722e74616c6f732a0f646973636f76657279636f6e6669672a0264632a036463733801',
    `type: DiscoveryConfigs.cluster.talos.dev
displayType: DiscoveryConfig
defaultNamespace: config
aliases:
    - discoveryconfig
    - dc
    - dcs
allAliases:
    - discoveryconfigs
    - discoveryconfigs.cluster
    - discoveryconfigs.cluster.talos
    - discoveryconfig
    - dc
    - dcs
printColumns: []
sensitivity: sensitive
`,
  ],
  [
    'ResourceDefinitions.meta.cosi.dev',
    '0a274b7562655370616e5065657253746174757365732e6b7562657370616e2e74616c6f732e64657612124b7562655370616e506565725374617475731a086b7562657370616e22126b7562657370616e7065657273746174757322046b7370732a146b7562657370616e7065657273746174757365732a1d6b7562657370616e7065657273746174757365732e6b7562657370616e2a236b7562657370616e7065657273746174757365732e6b7562657370616e2e74616c6f732a126b7562657370616e706565727374617475732a046b73707332110a054c6162656c12087b2e6c6162656c7d32170a08456e64706f696e74120b7b2e656e64706f696e747d32110a05537461746512087b2e73746174657d32150a025278120f7b2e7265636569766542797465737d32160a02547812107b2e7472616e736d697442797465737d',
    `type: KubeSpanPeerStatuses.kubespan.talos.dev
displayType: KubeSpanPeerStatus
defaultNamespace: kubespan
aliases:
    - kubespanpeerstatus
    - ksps
allAliases:
    - kubespanpeerstatuses
    - kubespanpeerstatuses.kubespan
    - kubespanpeerstatuses.kubespan.talos
    - kubespanpeerstatus
    - ksps
printColumns:
    - name: Label
      jsonPath: '{.label}'
    - name: Endpoint
      jsonPath: '{.endpoint}'
    - name: State
      jsonPath: '{.state}'
    - name: Rx
      jsonPath: '{.receiveBytes}'
    - name: Tx
      jsonPath: '{.transmitBytes}'
`,
  ],
];

describe.each(vectors.map(([name, proto, yaml]) => ({ name, proto, yaml })))(
  '$name as Talos encodes it, $proto',
  ({ name, proto, yaml }) => {
    const { spec } = builtinTypes.find(({ type }) => type === name) ?? expect.fail(`no type ${name}`);
    const value = spec.decode(Buffer.from(proto, 'hex'));

    test('is encoded alike', () => {
      expect(Buffer.from(spec.encode(value)).toString('hex')).toBe(proto);
    });

    test.skipIf(yaml === undefined)('is printed alike', () => {
      expect(`${spec.toYaml(value)}\n`).toBe(yaml);
    });

    test.skipIf(yaml === undefined)('is read alike from YAML', () => {
      expect(spec.toPlain(spec.fromPlain(parse(yaml ?? '')))).toEqual(spec.toPlain(value));
    });
  },
);
