import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  nodename: string(1),
  /** The version of the host name that it was made from. */
  hostnameVersion: string(2),
  skipNodeRegistration: bool(3),
};

export interface NodenameSpec extends SpecOf<typeof fields> {}

/** What Kubernetes calls this node: the id `nodename`. */
export const Nodename: DeclaredType<NodenameSpec> = defineResource({
  type: 'Nodenames.kubernetes.talos.dev',
  namespace: 'k8s',
  columns: { Nodename: '{.nodename}' },
  fields,
});
