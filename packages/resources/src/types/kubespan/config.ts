import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, ipPort, ipPrefix, list, string, uint32, type SpecOf } from '../../define/fields.ts';

const fields = {
  enabled: bool(1),
  clusterId: string(2),
  sharedSecret: string(3),
  /** Send through the mesh even to peers that are down. */
  forceRouting: bool(4),
  advertiseKubernetesNetworks: bool(5),
  /** In bytes; 0 leaves it to the link. */
  mtu: uint32(6, { omitEmpty: true }),
  endpointFilters: list(7, string, { omitEmpty: true }),
  harvestExtraEndpoints: bool(8),
  extraEndpoints: list(9, ipPort, { omitEmpty: true }),
  excludeAdvertisedNetworks: list(10, ipPrefix, { omitEmpty: true }),
};

export interface KubeSpanConfigSpec extends SpecOf<typeof fields> {}

/** How the node takes part in the KubeSpan mesh: the id `kubespan`. */
export const KubeSpanConfig: DeclaredType<KubeSpanConfigSpec> = defineResource({
  type: 'KubeSpanConfigs.kubespan.talos.dev',
  namespace: 'config',
  sensitive: true,
  fields,
});
