import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipPort, string, type SpecOf } from '../../define/fields.ts';

const fields = { affiliateID: string(1), endpoint: ipPort(2) };

export interface KubeSpanEndpointSpec extends SpecOf<typeof fields> {}

/** An endpoint of a peer that works, to be told to the others. Its id is the peer's WireGuard public key in base64. */
export const KubeSpanEndpoint: DeclaredType<KubeSpanEndpointSpec> = defineResource({
  type: 'KubeSpanEndpoints.kubespan.talos.dev',
  namespace: 'kubespan',
  columns: { Endpoint: '{.endpoint}', 'Affiliate ID': '{.affiliateID}' },
  fields,
});
