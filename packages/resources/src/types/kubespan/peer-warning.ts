import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { list, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  label: string(1),
  /** Why the peer gets less than it asks for, a sentence each. */
  reasons: list(2, string),
};

export interface KubeSpanPeerWarningSpec extends SpecOf<typeof fields> {}

/** A peer that asks for what it does not get. The id is its public key, as it gives it. */
export const KubeSpanPeerWarning: DeclaredType<KubeSpanPeerWarningSpec> = defineResource({
  type: 'KubeSpanPeerWarnings.kubespan.cosi.dev',
  namespace: 'kubespan',
  columns: { Label: '{.label}', Reasons: '{.reasons}' },
  fields,
});
