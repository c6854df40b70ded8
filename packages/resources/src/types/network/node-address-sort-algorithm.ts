import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import type { SpecOf } from '../../define/fields.ts';
import { sortAlgorithm } from './sort-algorithm.ts';

const fields = { algorithm: sortAlgorithm(1) };

export interface NodeAddressSortAlgorithmSpec extends SpecOf<typeof fields> {}

/** How the node puts its addresses in order: the id `default`. */
export const NodeAddressSortAlgorithm: DeclaredType<NodeAddressSortAlgorithmSpec> = defineResource({
  type: 'NodeAddressSortAlgorithms.net.talos.dev',
  namespace: 'network',
  columns: { Algorithm: '{.algorithm}' },
  fields,
});
