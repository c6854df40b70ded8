import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipPrefix, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** The node's address in the mesh, a /128. */
  address: ipPrefix(1),
  /** The cluster's network, a /64. */
  subnet: ipPrefix(2),
  /** WireGuard keys in base64. */
  privateKey: string(3),
  publicKey: string(4),
};

/** Its YAML form is also the file that keeps the identity, so it cannot change. */
export interface KubeSpanIdentitySpec extends SpecOf<typeof fields> {}

/** Who this node is in the KubeSpan mesh: the id `local`. */
export const KubeSpanIdentity: DeclaredType<KubeSpanIdentitySpec> = defineResource({
  type: 'KubeSpanIdentities.kubespan.talos.dev',
  namespace: 'kubespan',
  columns: { Address: '{.address}', PublicKey: '{.publicKey}' },
  sensitive: true,
  fields,
});
