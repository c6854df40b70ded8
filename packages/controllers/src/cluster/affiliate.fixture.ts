import {
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type AffiliateSpec,
  type IpAddress,
  type KubeSpanAffiliate,
} from '@cosi-ts/resources';

/** What may be given of an affiliate, addresses as text. */
export interface AffiliateText extends Partial<
  Pick<AffiliateSpec, 'hostname' | 'nodename' | 'operatingSystem' | 'machineType' | 'controlPlane'>
> {
  readonly addresses?: readonly string[];
  readonly kubespan?: {
    readonly publicKey: string;
    readonly address?: string;
    readonly additional?: readonly string[];
    readonly endpoints?: readonly string[];
    readonly exclude?: readonly string[];
  };
}

const NO_KUBESPAN: KubeSpanAffiliate = {
  publicKey: '',
  address: '' as IpAddress,
  additionalAddresses: [],
  endpoints: [],
  excludeAdvertisedNetworks: [],
};

/** An affiliate that says as much as is given. */
export function affiliateOf(nodeId: string, given: AffiliateText = {}): AffiliateSpec {
  const { addresses = [], kubespan, ...rest } = given;
  return {
    nodeId,
    hostname: '',
    nodename: '',
    operatingSystem: '',
    machineType: 'unknown',
    controlPlane: undefined,
    ...rest,
    addresses: addresses.map(ipAddressOf),
    kubespan:
      kubespan === undefined
        ? NO_KUBESPAN
        : {
            publicKey: kubespan.publicKey,
            address: ipAddressOf(kubespan.address ?? ''),
            additionalAddresses: (kubespan.additional ?? []).map(ipPrefixOf),
            endpoints: (kubespan.endpoints ?? []).map(ipPortOf),
            excludeAdvertisedNetworks: (kubespan.exclude ?? []).map(ipPrefixOf),
          },
  };
}
