import { Bytes } from '@cosi-ts/core';
import { DiscoveryConfig, MachineConfig, type DiscoveryConfigSpec } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** What the machine configuration says about discovery: which registries, and the cluster's identity. */
export const discoveryConfigController: Controller = transform({
  name: 'cluster.ConfigController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: DiscoveryConfig,
  map: () => 'cluster',
  transform: (input): DiscoveryConfigSpec | undefined => {
    const config = machineConfigOf(input);
    if (!config.hasCluster) return undefined;
    const services = config.discoveryServices;
    const [first] = services;
    const identity = config.discoveryIdentity;
    if (first !== undefined && identity === undefined) {
      throw new Error('cluster identity is required when discovery service is configured');
    }
    const key = first === undefined || identity === undefined ? Bytes.empty : Bytes.fromBase64(identity.clusterSecret);
    if (key === undefined) throw new Error('cluster secret is not base64');
    return {
      discoveryEnabled: false,
      registryKubernetesEnabled: config.kubernetesRegistryEnabled,
      registryServiceEnabled: first !== undefined,
      serviceEndpoint: first?.endpoint ?? '',
      serviceEndpointInsecure: first?.insecure ?? false,
      serviceEncryptionKey: key,
      serviceClusterID: first === undefined ? '' : (identity?.clusterId ?? ''),
      serviceEndpoints: services.map(({ name, endpoint, insecure }) => ({ name, endpoint, insecure })),
    };
  },
});
