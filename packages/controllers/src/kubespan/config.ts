import { KubeSpanConfig, MachineConfig, type KubeSpanConfigSpec } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** What the machine configuration says about KubeSpan; nothing without a cluster identity. */
export const kubespanConfigController: Controller = transform({
  name: 'kubespan.ConfigController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: KubeSpanConfig,
  map: () => 'kubespan',
  transform: (input): KubeSpanConfigSpec | undefined => {
    const config = machineConfigOf(input);
    const identity = config.discoveryIdentity;
    if (!config.hasMachine || !config.hasCluster || identity === undefined) return undefined;
    const kubespan = config.kubespan;
    return {
      enabled: kubespan?.enabled ?? false,
      clusterId: identity.clusterId,
      sharedSecret: identity.clusterSecret,
      forceRouting: kubespan?.forceRouting ?? false,
      advertiseKubernetesNetworks: kubespan?.advertiseKubernetesNetworks ?? false,
      mtu: kubespan?.mtu ?? 0,
      endpointFilters: kubespan?.endpointFilters ?? [],
      harvestExtraEndpoints: kubespan?.harvestExtraEndpoints ?? false,
      extraEndpoints: config.extraEndpoints,
      excludeAdvertisedNetworks: kubespan?.excludeAdvertisedNetworks ?? [],
    };
  },
});
