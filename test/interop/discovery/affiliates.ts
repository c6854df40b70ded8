import type { AffiliateData, EndpointData, PeerEndpoints } from '@cosi-ts/discovery';

/** What one node knows of another, whichever program it is. */
export interface Seen {
  readonly affiliate: AffiliateData;
  readonly endpoints: readonly EndpointData[];
}

/** What a node publishes. */
export interface Publication extends Seen {
  readonly others?: readonly PeerEndpoints[];
}

/** The message as protobuf writes it in JSON: what is zero may be left out, bytes are base64. */
interface AffiliateJson {
  readonly nodeId?: string;
  readonly addresses?: readonly string[];
  readonly hostname?: string;
  readonly nodename?: string;
  readonly machineType?: string;
  readonly operatingSystem?: string;
  readonly kubespan?: KubeSpanJson;
  readonly controlPlane?: { readonly apiServerPort?: number };
}

interface KubeSpanJson {
  readonly publicKey?: string;
  readonly address?: string;
  readonly additionalAddresses?: readonly PrefixJson[];
  readonly excludeAdvertisedAddresses?: readonly PrefixJson[];
}

interface PrefixJson {
  readonly ip?: string;
  readonly bits?: number;
}

interface EndpointJson {
  readonly ip?: string;
  readonly port?: number;
}

export interface SeenJson {
  readonly affiliate: AffiliateJson;
  readonly endpoints: readonly EndpointJson[];
}

/** A plain form, in which equal contents are equal values. */
export function plainSeen({ affiliate, endpoints }: Seen): Seen {
  return seenFromJson(seenToJson({ affiliate, endpoints }));
}

export function seenToJson({ affiliate, endpoints }: Seen): SeenJson {
  const { kubeSpan, controlPlane, addresses, ...texts } = affiliate;
  return {
    affiliate: {
      ...texts,
      addresses: addresses.map(base64),
      ...(kubeSpan && {
        kubespan: {
          publicKey: kubeSpan.publicKey,
          address: base64(kubeSpan.address),
          additionalAddresses: kubeSpan.additionalAddresses.map(({ ip, bits }) => ({ ip: base64(ip), bits })),
          excludeAdvertisedAddresses: kubeSpan.excludeAdvertisedAddresses.map(({ ip, bits }) => ({
            ip: base64(ip),
            bits,
          })),
        },
      }),
      ...(controlPlane && { controlPlane }),
    },
    endpoints: endpoints.map(({ ip, port }) => ({ ip: base64(ip), port })),
  };
}

export function seenFromJson({ affiliate, endpoints }: SeenJson): Seen {
  const { kubespan, controlPlane } = affiliate;
  return {
    affiliate: {
      nodeId: affiliate.nodeId ?? '',
      addresses: (affiliate.addresses ?? []).map(bytes),
      hostname: affiliate.hostname ?? '',
      nodename: affiliate.nodename ?? '',
      machineType: affiliate.machineType ?? '',
      operatingSystem: affiliate.operatingSystem ?? '',
      ...(kubespan && {
        kubeSpan: {
          publicKey: kubespan.publicKey ?? '',
          address: bytes(kubespan.address),
          additionalAddresses: (kubespan.additionalAddresses ?? []).map(prefix),
          excludeAdvertisedAddresses: (kubespan.excludeAdvertisedAddresses ?? []).map(prefix),
        },
      }),
      ...(controlPlane && { controlPlane: { apiServerPort: controlPlane.apiServerPort ?? 0 } }),
    },
    endpoints: endpoints.map(({ ip, port = 0 }) => ({ ip: bytes(ip), port })),
  };
}

function prefix({ ip, bits = 0 }: PrefixJson) {
  return { ip: bytes(ip), bits };
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}

function bytes(text = ''): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
