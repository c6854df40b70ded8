import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipAddress, list, string, type SpecOf } from '../../define/fields.ts';

const fields = { addresses: list(1, ipAddress), hosts: list(2, string) };

export interface EndpointSpec extends SpecOf<typeof fields> {}

/** Where the control plane is, as one source knows it: `discovery`, `kube-apiserver` or `controlplane`. */
export const Endpoint: DeclaredType<EndpointSpec> = defineResource({
  type: 'Endpoints.kubernetes.talos.dev',
  namespace: 'controlplane',
  columns: { Addresses: '{.addresses}', Hosts: '{.hosts}' },
  fields,
});
