import {
  MachineConfig,
  NodeAddressFilter,
  NodeStatus,
  Nodename,
  ipPrefixOf,
  type NodeAddressFilterSpec,
} from '@cosi-ts/resources';
import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

const EVERYTHING = ['0.0.0.0/0', '::/0'].map(ipPrefixOf);

/**
 * What tells a node's own addresses from those of Kubernetes: the networks of pods and services, and what this node
 * itself gives its pods.
 */
export const addressFilterController: Controller = defineController({
  name: 'k8s.AddressFilterController',
  ports: {
    config: weak(MachineConfig, { id: 'v1alpha1' }),
    nodename: weak(Nodename, { id: 'nodename' }),
    nodeStatus: weak(NodeStatus),
    filters: exclusive(NodeAddressFilter),
  },
  async reconcile({ config, nodename, nodeStatus, filters }) {
    const machineConfig = await config.find('v1alpha1');
    if (machineConfig === undefined) return;
    const { podSubnets, serviceSubnets } = machineConfigOf(machineConfig);
    const name = (await nodename.find('nodename'))?.spec.nodename;
    const status = name === undefined ? undefined : await nodeStatus.find(name);
    const subnets = [...new Set([...podSubnets, ...(status?.spec.podCIDRs ?? []), ...serviceSubnets])];
    await filters.set('no-k8s', { includeSubnets: [], excludeSubnets: subnets });
    const only: NodeAddressFilterSpec =
      subnets.length === 0
        ? { includeSubnets: [], excludeSubnets: EVERYTHING }
        : { includeSubnets: subnets, excludeSubnets: [] };
    await filters.set('only-k8s', only);
  },
});
