import {
  KubeSpanIdentity,
  MachineConfig,
  NodeAddress,
  filterNodeAddresses,
  sortNodeAddresses,
  type IpPrefix,
} from '@cosi-ts/resources';
import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/**
 * The node's addresses: those that the configuration gives its interfaces, and KubeSpan's own while it is on;
 * `…-no-k8s` leaves out what belongs to pods and services.
 */
export const nodeAddressController: Controller = defineController({
  name: 'network.NodeAddressController',
  ports: {
    config: weak(MachineConfig, { id: 'v1alpha1' }),
    kubespanIdentity: weak(KubeSpanIdentity, { id: 'local' }),
    addresses: exclusive(NodeAddress),
  },
  async reconcile({ config, kubespanIdentity, addresses }) {
    const machineConfig = await config.find('v1alpha1');
    if (machineConfig === undefined) return;
    const parsed = machineConfigOf(machineConfig);
    const { nodeAddressSortAlgorithm: sortAlgorithm, podSubnets, serviceSubnets } = parsed;
    const configured: readonly IpPrefix[] = parsed.interfaces.flatMap((network) => network.addresses);
    const hasKubespan = parsed.kubespan?.enabled === true && parsed.discoveryIdentity !== undefined;
    const identity = hasKubespan ? await kubespanIdentity.find('local') : undefined;
    // Until the address is known the node's own list is not complete: better none than one that flaps.
    if (hasKubespan && identity === undefined) return;
    const all = identity === undefined ? configured : [...configured, identity.spec.address];
    const sorted = sortNodeAddresses(all, sortAlgorithm);
    const withoutKubernetes = filterNodeAddresses(sorted, {
      includeSubnets: [],
      excludeSubnets: [...podSubnets, ...serviceSubnets],
    });
    for (const kind of ['current', 'routed'] as const) {
      await addresses.set(kind, { addresses: sorted, sortAlgorithm });
      await addresses.set(`${kind}-no-k8s`, { addresses: withoutKubernetes, sortAlgorithm });
    }
  },
});
