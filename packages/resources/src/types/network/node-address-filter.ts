import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipPrefix, list, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** An address must be in one of them, if there are any. */
  includeSubnets: list(1, ipPrefix),
  /** An address must be in none of them. */
  excludeSubnets: list(2, ipPrefix),
};

export interface NodeAddressFilterSpec extends SpecOf<typeof fields> {}

/** Which of a node's addresses pass; `no-k8s` and `only-k8s` are the ones in use. */
export const NodeAddressFilter: DeclaredType<NodeAddressFilterSpec> = defineResource({
  type: 'NodeAddressFilters.net.talos.dev',
  namespace: 'network',
  columns: { 'Include Subnets': '{.includeSubnets}', 'Exclude Subnets': '{.excludeSubnets}' },
  fields,
});
