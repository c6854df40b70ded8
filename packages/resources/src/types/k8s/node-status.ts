import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, ipPrefix, list, string, stringMap, type SpecOf } from '../../define/fields.ts';

const fields = {
  nodename: string(1),
  nodeReady: bool(2),
  unschedulable: bool(3),
  labels: stringMap(4),
  annotations: stringMap(5),
  podCIDRs: list(6, ipPrefix),
};

export interface NodeStatusSpec extends SpecOf<typeof fields> {}

/** What Kubernetes says about this node. Its id is the node's name there. */
export const NodeStatus: DeclaredType<NodeStatusSpec> = defineResource({
  type: 'NodeStatuses.kubernetes.talos.dev',
  namespace: 'k8s',
  columns: { Ready: '{.nodeReady}', Unschedulable: '{.unschedulable}' },
  fields,
});
