import { Affiliate, Labels, type AffiliateSpec } from '@cosi-ts/resources';
import { arbitraryOf } from '@cosi-ts/testing';
import { test as prop } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { affiliateOf } from '../../cluster/affiliate.fixture.ts';
import { E0, P1 } from '../../controllers.fixture.ts';
import { affiliateFromNode, nodeIdOf } from './affiliate-from-node.ts';
import { annotationsOf, missingFrom, NOTHING_SAID } from './annotations.ts';
import { readNode, type KubernetesNode } from './kubernetes-node.ts';

const ID = '29QQTc97U5ZyFTIX33Dp9NqtwxqQI8QI13scCLzffrZ';

const MIXED: AffiliateSpec = affiliateOf(ID, {
  hostname: 'foo.com',
  nodename: 'bar',
  operatingSystem: 'Talos (v1.0.0)',
  machineType: 'controlplane',
  addresses: ['10.0.0.2', '192.168.3.4'],
  kubespan: {
    publicKey: P1,
    address: E0,
    additional: ['10.244.3.1/24'],
    endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
    exclude: ['0.0.0.0/0', '::/0'],
  },
});

const MIXED_ANNOTATIONS = {
  'cluster.talos.dev/node-id': ID,
  'networking.talos.dev/self-ips': '10.0.0.2,192.168.3.4',
  'networking.talos.dev/api-server-port': '',
  'networking.talos.dev/kubespan-ip': E0,
  'networking.talos.dev/kubespan-public-key': P1,
  'networking.talos.dev/assigned-prefixes': '10.244.3.1/24',
  'networking.talos.dev/kubespan-endpoints': '10.0.0.2:51820,192.168.3.4:51820',
  'networking.talos.dev/kubespan-exclude-advertised-networks': '0.0.0.0/0,::/0',
};

describe('the annotations of an affiliate (acceptance case 7.12)', () => {
  test('are all there, and empty, for an empty one', () => {
    const annotations = annotationsOf(Affiliate.spec.fromPlain({}));
    expect(Object.keys(annotations).sort()).toEqual(Object.keys(MIXED_ANNOTATIONS).sort());
    expect(new Set(Object.values(annotations))).toEqual(new Set(['']));
  });

  test('tell all of it', () => {
    expect(annotationsOf(MIXED)).toEqual(MIXED_ANNOTATIONS);
  });

  test('tell the port of a control plane', () => {
    const annotations = annotationsOf({ ...Affiliate.spec.fromPlain({}), nodeId: ID, controlPlane: { port: 443 } });
    expect(annotations).toMatchObject({
      'networking.talos.dev/api-server-port': '443',
      'networking.talos.dev/kubespan-ip': '',
      'networking.talos.dev/kubespan-public-key': '',
    });
  });
});

describe('the affiliate of a Node (acceptance case 7.12)', () => {
  test('is none without annotations, or with an empty id', () => {
    expect(nodeIdOf(nodeOf({}))).toBeUndefined();
    expect(nodeIdOf(nodeOf({ 'cluster.talos.dev/node-id': '' }))).toBeUndefined();
  });

  test('is all that its annotations tell', () => {
    const node = nodeOf(MIXED_ANNOTATIONS, { 'node-role.kubernetes.io/control-plane': '' });
    expect(nodeIdOf(node)).toBe(ID);
    expect(affiliateFromNode(node, ID)).toEqual(MIXED);
  });

  test('has an API server, and no place in the mesh, if that is all they tell', () => {
    const node = nodeOf({
      'cluster.talos.dev/node-id': ID,
      'networking.talos.dev/self-ips': '10.0.0.2,192.168.3.4',
      'networking.talos.dev/api-server-port': '6443',
    });
    expect(affiliateFromNode(node, ID)).toEqual({
      ...MIXED,
      machineType: 'worker',
      kubespan: Affiliate.spec.fromPlain({}).kubespan,
      controlPlane: { port: 6443 },
    });
  });

  test('is without what cannot be read', () => {
    const node = nodeOf({
      'networking.talos.dev/self-ips': 'nonsense,10.0.0.2,,10.0.0.256',
      'networking.talos.dev/api-server-port': '64 43',
      'networking.talos.dev/kubespan-ip': 'x',
      'networking.talos.dev/assigned-prefixes': '10.0.0.0/33,10.244.3.1/24',
      'networking.talos.dev/kubespan-endpoints': '10.0.0.2,10.0.0.2:1',
    });
    const { addresses, controlPlane, kubespan } = affiliateFromNode(node, ID);
    expect({ addresses, controlPlane, ...kubespan }).toMatchObject({
      addresses: ['10.0.0.2'],
      controlPlane: undefined,
      address: '',
      additionalAddresses: ['10.244.3.1/24'],
      endpoints: ['10.0.0.2:1'],
    });
  });

  prop.prop([arbitraryOf(Affiliate)])('is what its annotations were made of', (affiliate) => {
    const { nodeId, addresses, kubespan, controlPlane } = affiliate;
    const read = affiliateFromNode(nodeOf(annotationsOf(affiliate)), nodeId);
    expect(read.addresses).toEqual(addresses.filter((address) => address !== ''));
    expect(read.kubespan).toEqual({
      publicKey: kubespan.publicKey,
      address: kubespan.address,
      additionalAddresses: kubespan.additionalAddresses.filter((prefix) => prefix !== ''),
      endpoints: kubespan.endpoints.filter((endpoint) => endpoint !== ''),
      excludeAdvertisedNetworks: kubespan.excludeAdvertisedNetworks.filter((prefix) => prefix !== ''),
    });
    expect(read.controlPlane).toEqual(controlPlane !== undefined && controlPlane.port >= 0 ? controlPlane : undefined);
  });
});

describe('what has to be written', () => {
  test('is nothing where it is written already', () => {
    const { 'networking.talos.dev/api-server-port': _none, ...there } = MIXED_ANNOTATIONS;
    expect(missingFrom(Labels.of(there), MIXED_ANNOTATIONS)).toBeUndefined();
  });

  test('is what differs, and null for what shall not be there', () => {
    const there = { ...MIXED_ANNOTATIONS, 'networking.talos.dev/self-ips': '10.0.0.3' };
    expect(missingFrom(Labels.of(there), MIXED_ANNOTATIONS)).toEqual({
      'networking.talos.dev/self-ips': '10.0.0.2,192.168.3.4',
      'networking.talos.dev/api-server-port': null,
    });
  });

  test('takes back everything that is ever said', () => {
    expect(Object.keys(NOTHING_SAID).sort()).toEqual(Object.keys(MIXED_ANNOTATIONS).sort());
  });
});

function nodeOf(annotations: Record<string, string>, labels: Record<string, string> = {}): KubernetesNode {
  const read = readNode({
    metadata: { name: 'bar', resourceVersion: '1', annotations, labels },
    status: {
      addresses: [
        { type: 'InternalIP', address: '10.0.0.2' },
        { type: 'Hostname', address: 'foo.com' },
      ],
      nodeInfo: { osImage: 'Talos (v1.0.0)' },
    },
  });
  if (read === undefined) throw new Error('no Node');
  return read.node;
}
