import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, bytes, list, string, type SpecOf } from '../../define/fields.ts';

const serviceEndpoint = { name: string(1), endpoint: string(2), insecure: bool(3) };

/** One discovery service: `endpoint` is a host and a port. */
export interface ServiceEndpoint extends SpecOf<typeof serviceEndpoint> {}

const fields = {
  /** Nobody sets it any more. */
  discoveryEnabled: bool(1),
  registryKubernetesEnabled: bool(2),
  /** This and the next two mirror the first of `serviceEndpoints` for readers of old. */
  registryServiceEnabled: bool(3),
  serviceEndpoint: string(4),
  serviceEndpointInsecure: bool(5, { omitEmpty: true }),
  serviceEncryptionKey: bytes(6),
  serviceClusterID: string(7),
  serviceEndpoints: list(8, serviceEndpoint),
};

export interface DiscoveryConfigSpec extends SpecOf<typeof fields> {}

/** Where and how the node finds its cluster: the id `cluster`. */
export const DiscoveryConfig: DeclaredType<DiscoveryConfigSpec> = defineResource({
  type: 'DiscoveryConfigs.cluster.talos.dev',
  namespace: 'config',
  sensitive: true,
  fields,
});
