import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipAddress, ipPort, ipPrefix, list, object, optional, string, type SpecOf } from '../../define/fields.ts';
import { machineType } from '../machine-type.ts';
import { controlPlane } from './control-plane.ts';

const kubespan = {
  publicKey: string(1),
  address: ipAddress(2),
  additionalAddresses: list(3, ipPrefix),
  endpoints: list(4, ipPort),
  excludeAdvertisedNetworks: list(5, ipPrefix),
};

/** What an affiliate says about its place in the KubeSpan mesh; without a public key it is not in it. */
export interface KubeSpanAffiliate extends SpecOf<typeof kubespan> {}

const fields = {
  nodeId: string(1),
  addresses: list(2, ipAddress),
  hostname: string(3),
  nodename: string(4, { omitEmpty: true }),
  operatingSystem: string(5),
  machineType: machineType(6),
  kubespan: object(7, kubespan, { omitEmpty: true }),
  controlPlane: optional(8, controlPlane),
};

export interface AffiliateSpec extends SpecOf<typeof fields> {}

/**
 * A node that belongs to the cluster, as a registry tells it or as it is merged from all registries. The id is the node's
 * in `cluster`, and with the registry's name before it in `cluster-raw`.
 */
export const Affiliate: DeclaredType<AffiliateSpec> = defineResource({
  type: 'Affiliates.cluster.talos.dev',
  namespace: 'cluster',
  columns: { Hostname: '{.hostname}', 'Machine Type': '{.machineType}', Addresses: '{.addresses}' },
  fields,
});
