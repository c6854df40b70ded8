import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { IPPrefixSchema, KubeSpanSchema } from '../gen/sidero/discovery/client/affiliate_pb.ts';
import { AffiliateSchema } from '../gen/sidero/discovery/client/affiliate_pb.ts';
import { codec } from './codec.ts';
import { text } from './text.ts';

/** An IP address in binary: 4 bytes, or 16 and the name of the zone; no bytes for no address. */
export type AddressBytes = Uint8Array;

/** A range of addresses; bits of the address beyond the prefix are kept. */
export interface PrefixData {
  readonly ip: AddressBytes;
  readonly bits: number;
}

/** What a node says about its part in the KubeSpan mesh. */
export interface KubeSpanData {
  /** WireGuard public key, base64. */
  readonly publicKey: string;
  readonly address: AddressBytes;
  readonly additionalAddresses: readonly PrefixData[];
  readonly excludeAdvertisedAddresses: readonly PrefixData[];
}

/** What a control plane node says about its Kubernetes API server. */
export interface ControlPlaneData {
  readonly apiServerPort: number;
}

/** What a node says about itself; the service stores it sealed. */
export interface AffiliateData {
  readonly nodeId: string;
  readonly addresses: readonly AddressBytes[];
  readonly hostname: string;
  readonly nodename: string;
  /** Text form: `init`, `controlplane`, `worker` or `unknown`; not checked here. */
  readonly machineType: string;
  readonly operatingSystem: string;
  readonly kubeSpan?: KubeSpanData | undefined;
  readonly controlPlane?: ControlPlaneData | undefined;
}

/** `sidero.discovery.client.Affiliate`. */
export const affiliateData = codec(AffiliateSchema, readAffiliate, writeAffiliate);

function readAffiliate(message: MessageShape<typeof AffiliateSchema>): AffiliateData {
  const { nodeId, addresses, hostname, nodename, machineType, operatingSystem, kubespan, controlPlane } = message;
  return {
    nodeId,
    addresses,
    hostname,
    nodename,
    machineType,
    operatingSystem,
    ...(kubespan && { kubeSpan: readKubeSpan(kubespan) }),
    ...(controlPlane && { controlPlane: { apiServerPort: controlPlane.apiServerPort } }),
  };
}

function writeAffiliate(value: AffiliateData): MessageInitShape<typeof AffiliateSchema> {
  const { kubeSpan, controlPlane } = value;
  return {
    nodeId: checked(value.nodeId),
    addresses: [...value.addresses],
    hostname: checked(value.hostname),
    nodename: checked(value.nodename),
    machineType: checked(value.machineType),
    operatingSystem: checked(value.operatingSystem),
    ...(kubeSpan && { kubespan: writeKubeSpan(kubeSpan) }),
    ...(controlPlane && { controlPlane: { apiServerPort: controlPlane.apiServerPort } }),
  };
}

function readKubeSpan(message: MessageShape<typeof KubeSpanSchema>): KubeSpanData {
  return {
    publicKey: message.publicKey,
    address: message.address,
    additionalAddresses: message.additionalAddresses.map(readPrefix),
    excludeAdvertisedAddresses: message.excludeAdvertisedAddresses.map(readPrefix),
  };
}

function writeKubeSpan(value: KubeSpanData): MessageInitShape<typeof KubeSpanSchema> {
  return {
    publicKey: checked(value.publicKey),
    address: value.address,
    additionalAddresses: value.additionalAddresses.map(({ ip, bits }) => ({ ip, bits })),
    excludeAdvertisedAddresses: value.excludeAdvertisedAddresses.map(({ ip, bits }) => ({ ip, bits })),
  };
}

function readPrefix({ ip, bits }: MessageShape<typeof IPPrefixSchema>): PrefixData {
  return { ip, bits };
}

function checked(value: string): string {
  return text(value, AffiliateSchema.typeName);
}
