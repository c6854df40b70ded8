import { Affiliate, Identity, ipAddressOf, Member, type Resource } from '@cosi-ts/resources';

/** The cluster of the Talos documentation: name, last 64 bits of the ULA, node id. */
const NODES = [
  ['controlplane-1', '8c13:71ff:feaf:7c94', 'Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd'],
  ['controlplane-2', '986b:7eff:fec5:889d', '2VfX3nu67ZtZPl57IdJrU87BMjVWkSBJiL9ulP9TCnF'],
  ['controlplane-3', '248f:1fff:fe5c:c3f', 'b3DebkPaCRLTLLWaeRF1ejGaR0lK3m79jRJcPn0mfA6C'],
  ['worker-1', 'cc80:3dff:fece:d89d', '6EVq8RHIne03LeZiJ60WsJcoQOtttw1ejvTS6SOBzhUA'],
  ['worker-2', '2805:fbff:fe80:5ed2', 'NVtfu1bT1QjhNq5xJFUZl8f8I8LOCnnpGrZfPpdN9WlB'],
] as const;

const known = NODES.map(([name, host, nodeId], index) => ({
  nodeId,
  hostname: `talos-default-${name}`,
  addresses: [`172.20.0.${index + 2}`, `fd83:b1f7:fcb5:2802:${host}`].map(ipAddressOf),
  machineType: name.startsWith('worker') ? ('worker' as const) : ('controlplane' as const),
  operatingSystem: 'Talos (v1.3.0-alpha.1)',
}));

const noKubeSpan = {
  publicKey: '',
  address: ipAddressOf(''),
  additionalAddresses: [],
  endpoints: [],
  excludeAdvertisedNetworks: [],
};

export const members: readonly Resource[] = known.map((spec) => Member.create(spec.hostname, spec));

/** What the first node has: its identity, all members and affiliates, and what the service told of the other four. */
export const firstNodeHas: readonly Resource[] = [
  Identity.create('local', { nodeId: NODES[0][2] }, { owner: 'cluster.NodeIdentityController' }),
  ...members,
  ...known.map((spec) => Affiliate.create(spec.nodeId, { ...spec, nodename: '', kubespan: noKubeSpan })),
  ...known.slice(1).map((spec) => {
    const { nodeId } = spec;
    return Affiliate.in('cluster-raw').create(`service/${nodeId}`, { ...spec, nodename: '', kubespan: noKubeSpan });
  }),
];
