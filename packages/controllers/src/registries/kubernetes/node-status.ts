import type { Host } from '@cosi-ts/core';
import {
  DiscoveryConfig,
  Labels,
  NodeStatus,
  Nodename,
  RegistryStatus,
  parseIpPrefix,
  type IpPrefix,
  type NodeStatusSpec,
} from '@cosi-ts/resources';
import {
  defineController,
  exclusive,
  removeOutput,
  shared,
  weak,
  writeOutput,
  type Controller,
} from '@cosi-ts/runtime';
import { statusOf } from './access-condition.ts';
import type { KubernetesAccess } from './api.ts';
import { FollowedNode } from './followed-node.ts';
import type { KubernetesNode } from './kubernetes-node.ts';
import { SEEN_IN_KUBERNETES } from './seen.ts';

const NAME = 'k8s.NodeStatusController';
const STATUS = 'kubernetes/node';

/**
 * What Kubernetes says of this node, as long as that registry is on: its own Node is followed. Where Kubernetes does not
 * tell the networks of its pods, those that the node was started with count.
 */
export function nodeStatusController(
  host: Host,
  access: KubernetesAccess | undefined,
  podCidrs: readonly IpPrefix[],
): Controller {
  return defineController({
    name: NAME,
    ports: {
      config: weak(DiscoveryConfig, { id: 'cluster' }),
      nodename: weak(Nodename, { id: 'nodename' }),
      nodeStatus: exclusive(NodeStatus),
      statuses: shared(RegistryStatus),
    },
    start: ({ owner, wake, log }) => {
      const followed = new FollowedNode({ host: { ...host, log }, owner, access, wake });
      return async ({ config, nodename, nodeStatus, statuses }) => {
        const name = (await nodename.find('nodename'))?.spec.nodename;
        const discovery = await config.find('cluster');
        if (name === undefined) return;
        const isOn = discovery?.spec.registryKubernetesEnabled === true;
        await followed.aim(isOn ? name : undefined);
        if (isOn) await writeOutput(statuses, STATUS, statusOf(followed.condition, 0), NAME);
        else await removeOutput(statuses, STATUS, NAME);
        for (const { metadata } of await nodeStatus.list()) {
          if (metadata.id !== name) await removeOutput(nodeStatus, metadata.id, NAME);
        }
        const node = followed.node;
        if (node !== undefined) {
          await writeOutput(nodeStatus, name, statusOfNode(node, podCidrs), NAME, { annotations: SEEN_IN_KUBERNETES });
          return;
        }
        // What an earlier run was told stays until Kubernetes tells.
        if (!followed.hasListed && (await nodeStatus.find(name)) !== undefined) return;
        if (podCidrs.length === 0) await removeOutput(nodeStatus, name, NAME);
        else await writeOutput(nodeStatus, name, withoutNode(name, podCidrs), NAME, { annotations: Labels.empty });
      };
    },
  });
}

function statusOfNode(node: KubernetesNode, podCidrs: readonly IpPrefix[]): NodeStatusSpec {
  const { name, isReady, isUnschedulable, labels, annotations } = node;
  const told = node.podCidrs.flatMap((network) => parseIpPrefix(network) || []);
  return {
    nodename: name,
    nodeReady: isReady,
    unschedulable: isUnschedulable,
    labels,
    annotations,
    podCIDRs: told.length > 0 ? told : podCidrs,
  };
}

function withoutNode(nodename: string, podCIDRs: readonly IpPrefix[]): NodeStatusSpec {
  return {
    nodename,
    nodeReady: false,
    unschedulable: false,
    labels: Labels.empty,
    annotations: Labels.empty,
    podCIDRs,
  };
}
