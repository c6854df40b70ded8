import { messageOf } from '@cosi-ts/core';
import { DEFAULT_DISCOVERY_ENDPOINT, EndpointError, normalizeEndpoint, type ServiceAddress } from '../endpoint.ts';
import type { DiscoveryService } from '../machine-config.ts';
import type { Problems } from '../problem.ts';
import { parseUrl, shownUrl } from '../url.ts';
import type { Field, Section } from '../yaml/section.ts';

/** What `cluster.discovery` of a v1alpha1 document says. */
export interface LegacyDiscovery {
  /** The block's own switch; each registry has another. */
  readonly enabled: boolean;
  readonly serviceEnabled: boolean;
  /** The service to register with, named `legacy`; undefined when it is off, or its endpoint cannot be used. */
  readonly service: DiscoveryService | undefined;
  readonly kubernetesRegistryEnabled: boolean;
}

/**
 * Reads `cluster.discovery`, which is off unless `enabled` says otherwise; its registries, on the contrary, are on unless they
 * are disabled. The service needs the cluster's id and secret.
 *
 * @returns undefined when the block is missing: a block that is off still stands against the documents.
 */
export function readLegacyDiscovery(
  cluster: Section,
  id: string,
  secret: string,
  problems: Problems,
): LegacyDiscovery | undefined {
  const discovery = cluster.section('discovery');
  const registries = discovery?.section('registries');
  const [kubernetes, service] = [registries?.section('kubernetes'), registries?.section('service')];
  const enabled = discovery?.boolean('enabled')?.value ?? false;
  const kubernetesDisabled = kubernetes?.boolean('disabled')?.value ?? false;
  const serviceDisabled = service?.boolean('disabled')?.value ?? false;
  const endpoint = service?.text('endpoint');
  for (const section of [discovery, registries, kubernetes, service]) section?.refuseUnknown();
  if (!discovery) return undefined;
  const kubernetesRegistryEnabled = enabled && !kubernetesDisabled;
  if (!enabled || serviceDisabled)
    return { enabled, serviceEnabled: false, service: undefined, kubernetesRegistryEnabled };
  const address = readEndpoint(endpoint, problems);
  if (id === '') problems.add(discovery.at, 'cluster discovery service requires .cluster.id');
  if (secret === '') problems.add(discovery.at, 'cluster discovery service requires .cluster.secret');
  const url = endpoint?.value || DEFAULT_DISCOVERY_ENDPOINT;
  return {
    enabled,
    serviceEnabled: true,
    service: address && Object.freeze({ name: 'legacy', url, ...address }),
    kubernetesRegistryEnabled,
  };
}

function readEndpoint(endpoint: Field<string> | undefined, problems: Problems): ServiceAddress | undefined {
  if (!endpoint || endpoint.value === '') return normalizeEndpoint(DEFAULT_DISCOVERY_ENDPOINT);
  const { value, at } = endpoint;
  try {
    const parts = parseUrl(value);
    const reason = 'reason' in parts ? parts.reason : parts.scheme === '' ? 'invalid URI for request' : undefined;
    if (reason !== undefined) throw new EndpointError(`parse ${shownUrl(value)}: ${reason}`);
    if ('path' in parts && parts.path !== '' && parts.path !== '/') {
      problems.add(at, 'cluster discovery service path should be empty');
    }
    return normalizeEndpoint(value);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    problems.add(at, `cluster discovery service registry endpoint is invalid: ${messageOf(error)}`);
    return undefined;
  }
}
