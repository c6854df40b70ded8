import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { int64, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** Where the API server listens; the only part of its configuration that discovery needs. */
  localPort: int64(5),
};

export interface ApiServerConfigSpec extends SpecOf<typeof fields> {}

/** The Kubernetes API server of a control plane node: the id `final-kube-apiserver`. */
export const ApiServerConfig: DeclaredType<ApiServerConfigSpec> = defineResource({
  type: 'APIServerConfigs.kubernetes.talos.dev',
  namespace: 'controlplane',
  sensitive: true,
  fields,
});
