import { generateNodeConfig } from '@cosi-ts/controllers';
import { formatClientConfig } from '../client-config/format.ts';
import type { ClusterSecrets } from '../cluster/secrets.ts';
import { CERTIFICATE_LIFETIME, type Authority } from '../tls/authority.ts';

/** What is made for a cluster, in the order in which it is told. */
export const OUTPUT_TYPES = ['controlplane', 'worker', 'talosconfig'] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** What makes the cluster this one. */
export interface ConfigSecrets extends ClusterSecrets {
  /** Signs what the API needs; without it there is no client configuration. */
  readonly authority: Authority | undefined;
}

export interface ConfigTextsOptions {
  readonly clusterName: string;
  readonly controlPlaneEndpoint: string | undefined;
  readonly serviceEndpoint?: string;
  readonly talosVersion: string;
  readonly withClusterDiscovery: boolean;
  readonly withKubespan: boolean;
  /** Of the client configuration. */
  readonly endpoints?: readonly string[];
  readonly nodes?: readonly string[];
}

/** The texts by the names of their files. @throws RangeError for options that contradict each other */
export async function configTexts(
  types: readonly OutputType[],
  options: ConfigTextsOptions,
  secrets: ConfigSecrets,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const type of types) {
    if (type !== 'talosconfig') texts.set(`${type}.yaml`, nodeConfig(type, options, secrets));
    else if (secrets.authority !== undefined) texts.set(type, await clientConfig(options, secrets.authority));
  }
  return texts;
}

function nodeConfig(
  type: 'controlplane' | 'worker',
  { clusterName, controlPlaneEndpoint, serviceEndpoint, ...options }: ConfigTextsOptions,
  { id: clusterId, secret: clusterSecret, authority }: ConfigSecrets,
): string {
  const { withKubespan: kubespan, withClusterDiscovery: discovery, talosVersion } = options;
  return generateNodeConfig({
    type,
    clusterName,
    clusterId,
    clusterSecret,
    ...(controlPlaneEndpoint !== undefined && { controlPlaneEndpoint }),
    ...(serviceEndpoint !== undefined && { serviceEndpoint }),
    ...(authority !== undefined && {
      authority: { crt: base64(authority.certificate), key: base64(authority.key) },
    }),
    kubespan,
    discovery,
    talosVersion,
  });
}

/** The admin's: one context, which has the name of the cluster. */
async function clientConfig(
  { clusterName, endpoints = [], nodes = [] }: ConfigTextsOptions,
  authority: Authority,
): Promise<string> {
  const request = { use: 'client', organization: 'os:admin', lifetime: CERTIFICATE_LIFETIME } as const;
  const { certificate: crt, key } = await authority.issue(request);
  const context = { endpoints, nodes, ca: authority.certificate, crt, key };
  return formatClientConfig({ context: clusterName, contexts: new Map([[clusterName, context]]) });
}

function base64(pem: string): string {
  return Buffer.from(pem, 'latin1').toString('base64');
}
