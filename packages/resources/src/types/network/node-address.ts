import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipPrefix, list, type SpecOf } from '../../define/fields.ts';
import { sortAlgorithm } from './sort-algorithm.ts';

const fields = { addresses: list(1, ipPrefix), sortAlgorithm: sortAlgorithm(2) };

export interface NodeAddressSpec extends SpecOf<typeof fields> {}

/** The node's addresses of one kind (`default`, `current`, `accumulative`, `routed`), or `<kind>-<filter>` through a filter. */
export const NodeAddress: DeclaredType<NodeAddressSpec> = defineResource({
  type: 'NodeAddresses.net.talos.dev',
  namespace: 'network',
  columns: { Addresses: '{.addresses}', SortAlgorithm: '{.sortAlgorithm}' },
  fields,
});
