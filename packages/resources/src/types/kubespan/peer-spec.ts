import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipAddress, ipPort, ipPrefix, list, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  address: ipAddress(1),
  allowedIPs: list(2, ipPrefix),
  endpoints: list(3, ipPort),
  label: string(4),
};

export interface KubeSpanPeerSpecSpec extends SpecOf<typeof fields> {}

/** A peer that the mesh should have. Its id is the peer's WireGuard public key in base64. */
export const KubeSpanPeerSpec: DeclaredType<KubeSpanPeerSpecSpec> = defineResource({
  type: 'KubeSpanPeerSpecs.kubespan.talos.dev',
  namespace: 'kubespan',
  columns: { Label: '{.label}', Endpoints: '{.endpoints}' },
  fields,
});
