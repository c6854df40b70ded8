import { Labels, NodeStatus, Nodename, type IpPrefix } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';

/** What there is to know of this node's part in Kubernetes without asking Kubernetes: the networks of its pods. */
export function nodeStatusController(podCidrs: readonly IpPrefix[]): Controller {
  return transform({
    name: 'k8s.NodeStatusController',
    input: Nodename,
    inputId: 'nodename',
    output: NodeStatus,
    map: ({ spec }) => (podCidrs.length === 0 ? undefined : spec.nodename),
    transform: ({ spec }) => ({
      nodename: spec.nodename,
      nodeReady: false,
      unschedulable: false,
      labels: Labels.empty,
      annotations: Labels.empty,
      podCIDRs: podCidrs,
    }),
  });
}
