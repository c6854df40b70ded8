import { createHash } from 'node:crypto';
import type { Bytes } from '@cosi-ts/core';
import {
  ipAddressFromBytes,
  ipAddressToBytes,
  ipPrefixAddress,
  ipPrefixFrom,
  type IpAddress,
  type IpPrefix,
} from '@cosi-ts/resources';

/** What a unique local address (RFC 4193) of a Talos machine is for; it is the address's eighth byte. */
const Purpose = { kubespan: 2, siderolink: 3 } as const;

/** The KubeSpan network of a cluster, a `/64` that follows from the text of the cluster's id. */
export function kubespanSubnet(clusterId: string): IpPrefix {
  const bytes = new Uint8Array(16);
  bytes.set(createHash('sha256').update(clusterId).digest().subarray(16, 24));
  bytes[0] = 0xfd;
  bytes[7] = Purpose.kubespan;
  return ipPrefixFrom(ipAddressFromBytes(bytes) as IpAddress, 64);
}

/**
 * A node's KubeSpan address as a `/128`: the network of the cluster, and the modified EUI-64 (RFC 4291, appendix A) of the
 * hardware address as the host.
 *
 * @throws RangeError when the hardware address has neither 6 nor 8 bytes, or the subnet is no `/64`.
 */
export function kubespanAddress(subnet: IpPrefix, hardwareAddress: Bytes): IpPrefix {
  if (!subnet.endsWith('::/64')) throw new RangeError(`not a KubeSpan network: ${subnet}`);
  const bytes = ipAddressToBytes(ipPrefixAddress(subnet));
  bytes.set(modifiedEui64(hardwareAddress), 8);
  return ipPrefixFrom(ipAddressFromBytes(bytes) as IpAddress, 128);
}

/** Whether an address is one of KubeSpan's, of whatever cluster. */
export function isKubespanUla(address: IpAddress): boolean {
  return isUla(address, Purpose.kubespan);
}

/** Whether an address is one of SideroLink's, which leads to the machine's manager and is no address of the cluster. */
export function isSiderolinkUla(address: IpAddress): boolean {
  return isUla(address, Purpose.siderolink);
}

function isUla(address: IpAddress, purpose: number): boolean {
  if (!address.startsWith('fd')) return false;
  const bytes = ipAddressToBytes(address);
  return bytes[0] === 0xfd && bytes[7] === purpose;
}

function modifiedEui64(address: Bytes): readonly number[] {
  const bytes = [...address];
  if (bytes.length === 6) bytes.splice(3, 0, 0xff, 0xfe);
  if (bytes.length !== 8) throw new RangeError(`a hardware address of ${address.length} bytes has no EUI-64`);
  bytes[0] = (bytes[0] as number) ^ 0x02;
  return bytes;
}
