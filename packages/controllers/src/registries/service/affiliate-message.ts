import type { AffiliateData, EndpointData, PrefixData } from '@cosi-ts/discovery';
import {
  ipAddressFromBytes,
  ipAddressToBytes,
  ipPortAddress,
  ipPortFrom,
  ipPortNumber,
  ipPrefixAddress,
  ipPrefixBits,
  ipPrefixFrom,
  type AffiliateSpec,
  type IpAddress,
  type IpPort,
  type IpPrefix,
} from '@cosi-ts/resources';

/** The published form of an affiliate: its endpoints travel beside it, each encrypted by itself. */
export function affiliateToMessage(spec: AffiliateSpec): AffiliateData {
  const { kubespan } = spec;
  return {
    nodeId: spec.nodeId,
    addresses: spec.addresses.map(ipAddressToBytes),
    hostname: spec.hostname,
    nodename: spec.nodename,
    machineType: spec.machineType,
    operatingSystem: spec.operatingSystem,
    kubeSpan:
      kubespan.publicKey === ''
        ? undefined
        : {
            publicKey: kubespan.publicKey,
            address: ipAddressToBytes(kubespan.address),
            additionalAddresses: kubespan.additionalAddresses.map(prefixToMessage),
            excludeAdvertisedAddresses: kubespan.excludeAdvertisedNetworks.map(prefixToMessage),
          },
    controlPlane: spec.controlPlane === undefined ? undefined : { apiServerPort: spec.controlPlane.port },
  };
}

/** The KubeSpan endpoints that a node publishes of itself: none without a key. */
export function endpointsToMessage(spec: AffiliateSpec): readonly EndpointData[] {
  return spec.kubespan.publicKey === '' ? [] : spec.kubespan.endpoints.map(endpointToMessage);
}

export function endpointToMessage(endpoint: IpPort): EndpointData {
  return { ip: ipAddressToBytes(ipPortAddress(endpoint)), port: ipPortNumber(endpoint) };
}

/** What a peer published, as an affiliate. What cannot be read in it is left out; the rest stands. */
export function affiliateFromMessage(data: AffiliateData, endpoints: readonly EndpointData[]): AffiliateSpec {
  const { kubeSpan: kubespan } = data;
  return {
    nodeId: data.nodeId,
    addresses: data.addresses.flatMap(addressFromMessage),
    hostname: data.hostname,
    nodename: data.nodename,
    operatingSystem: data.operatingSystem,
    machineType: machineTypeFromText(data.machineType),
    kubespan: {
      publicKey: kubespan?.publicKey ?? '',
      address: (kubespan && addressFromMessage(kubespan.address)[0]) ?? ('' as IpAddress),
      additionalAddresses: kubespan?.additionalAddresses.flatMap(prefixFromMessage) ?? [],
      // Endpoints belong to a device: without KubeSpan there is none.
      endpoints: kubespan === undefined ? [] : endpoints.flatMap(endpointFromMessage),
      excludeAdvertisedNetworks: kubespan?.excludeAdvertisedAddresses.flatMap(prefixFromMessage) ?? [],
    },
    controlPlane: data.controlPlane === undefined ? undefined : { port: data.controlPlane.apiServerPort },
  };
}

function prefixToMessage(prefix: IpPrefix): PrefixData {
  return { ip: ipAddressToBytes(ipPrefixAddress(prefix)), bits: ipPrefixBits(prefix) };
}

function prefixFromMessage({ ip, bits }: PrefixData): readonly IpPrefix[] {
  const [address] = addressFromMessage(ip);
  const prefix = address && ipPrefixFrom(address, bits);
  return prefix === undefined || prefix === '' ? [] : [prefix];
}

function addressFromMessage(bytes: Uint8Array): readonly IpAddress[] {
  const address = ipAddressFromBytes(bytes);
  return address === undefined || address === '' ? [] : [address];
}

function endpointFromMessage({ ip, port }: EndpointData): readonly IpPort[] {
  const [address] = addressFromMessage(ip);
  return address === undefined || port > 65_535 ? [] : [ipPortFrom(address, port)];
}

/** An empty text is a worker, as it always was; an unknown one is unknown. */
function machineTypeFromText(text: string): AffiliateSpec['machineType'] {
  switch (text) {
    case 'init':
    case 'controlplane':
    case 'worker':
      return text;
    case '':
    case 'join':
      return 'worker';
    default:
      return 'unknown';
  }
}
