import type { AffiliateData, EndpointData } from '@cosi-ts/discovery';
import { ipAddressOf, ipAddressToBytes } from '@cosi-ts/resources';
import * as fc from 'fast-check';
import type { Publication } from './affiliates.ts';

/** A control plane node with everything that a node can say. */
export function controlPlaneNode(nodeId: string): Publication {
  return {
    affiliate: {
      nodeId,
      addresses: [address('172.20.0.2'), address('fd83:b1f7:fcb5:2802::1'), address('fe80::1%eth0')],
      hostname: 'control-plane-1',
      nodename: 'knoten-ä',
      machineType: 'controlplane',
      operatingSystem: 'Talos (v1.13.0)',
      kubeSpan: {
        publicKey: 'mB6WlFOR66Jx5rtPMIpxJ3s4XHyer9NCzqWPP7idGRo=',
        address: address('fd83:b1f7:fcb5:2802:986b:7eff:fec5:889d'),
        additionalAddresses: [prefix('10.244.3.0', 24), prefix('2001:db8::', 64)],
        excludeAdvertisedAddresses: [prefix('192.168.0.0', 16)],
      },
      controlPlane: { apiServerPort: 6443 },
    },
    endpoints: [endpoint('172.20.0.2', 51820), endpoint('2001:db8::2', 51821)],
  };
}

/** A worker that says as little as a node can. */
export function workerNode(nodeId: string): Publication {
  return {
    affiliate: {
      nodeId,
      addresses: [],
      hostname: '',
      nodename: '',
      machineType: 'worker',
      operatingSystem: '',
    },
    endpoints: [],
  };
}

export function endpoint(ip: string, port: number): EndpointData {
  return { ip: address(ip), port };
}

function address(text: string): Uint8Array {
  return ipAddressToBytes(ipAddressOf(text));
}

function prefix(ip: string, bits: number) {
  return { ip: address(ip), bits };
}

const text = fc.string({ unit: 'binary', maxLength: 20 });
const uint32 = fc.nat({ max: 0xffffffff });
const ip = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
const someIp = fc.oneof({ weight: 9, arbitrary: ip }, { weight: 1, arbitrary: fc.constant(new Uint8Array()) });
const prefixes = fc.array(fc.record({ ip: someIp, bits: uint32 }), { maxLength: 4 });

/** Anything that a node can say and the service takes. */
export function anyPublication(nodeId: string): fc.Arbitrary<Publication> {
  const affiliate: fc.Arbitrary<AffiliateData> = fc.record(
    {
      nodeId: fc.constant(nodeId),
      addresses: fc.array(someIp, { maxLength: 6 }),
      hostname: text,
      nodename: text,
      machineType: text,
      operatingSystem: text,
      kubeSpan: fc.record({
        publicKey: text,
        address: someIp,
        additionalAddresses: prefixes,
        excludeAdvertisedAddresses: prefixes,
      }),
      controlPlane: fc.record({ apiServerPort: uint32 }),
    },
    { requiredKeys: ['nodeId', 'addresses', 'hostname', 'nodename', 'machineType', 'operatingSystem'] },
  );
  const endpoints = fc.uniqueArray(fc.record({ ip, port: fc.integer({ min: 0, max: 0xffff }) }), {
    maxLength: 6,
    selector: ({ ip, port }) => `${String(ip)} ${port}`,
  });
  return fc.record({ affiliate, endpoints });
}
