import {
  AddressStatus,
  KubeSpanIdentity,
  MachineConfig,
  NodeAddress,
  NodeAddressFilter,
  NodeAddressSortAlgorithm,
  filterNodeAddresses,
  ipPrefixAddress,
  sortNodeAddresses,
  type AddressStatusSpec,
} from '@cosi-ts/resources';
import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';
import { isSiderolinkUla } from '../identity/ula.ts';

/** A link that is none: its addresses are seen from outside, and no traffic is routed by them. */
const EXTERNAL = 'external';

/**
 * The node's addresses, in order: `current` are all that reach beyond a link, `routed` those of them that others may
 * route to; each also as `<kind>-<filter>`, through every filter. KubeSpan's own is among them while it is on.
 *
 * @param hasSystem whether the machine tells its addresses where the configuration does not
 */
export function nodeAddressController(hasSystem: boolean): Controller {
  return defineController({
    name: 'network.NodeAddressController',
    ports: {
      config: weak(MachineConfig, { id: 'v1alpha1' }),
      kubespanIdentity: weak(KubeSpanIdentity, { id: 'local' }),
      statuses: weak(AddressStatus.in('network')),
      sortAlgorithm: weak(NodeAddressSortAlgorithm, { id: 'default' }),
      filters: weak(NodeAddressFilter),
      addresses: exclusive(NodeAddress),
    },
    async reconcile(ports, { trackOutputs, cleanupOutputs }) {
      const machineConfig = await ports.config.find('v1alpha1');
      const algorithm = (await ports.sortAlgorithm.find('default'))?.spec.algorithm;
      const filters = await ports.filters.list();
      if (machineConfig === undefined || algorithm === undefined || filters.length === 0) return;
      const { kubespan, discoveryIdentity, interfaces } = machineConfigOf(machineConfig);
      const hasKubespan = kubespan?.enabled === true && discoveryIdentity !== undefined;
      const identity = hasKubespan ? await ports.kubespanIdentity.find('local') : undefined;
      // Until the address is known the node's own list is not complete: better none than one that flaps.
      if (hasKubespan && identity === undefined) return;
      const own = identity === undefined ? [] : [identity.spec.address];
      const statuses = (await ports.statuses.list()).map(({ spec }) => spec);
      const known = new Set(statuses.map(({ address }) => address));
      const expected = interfaces.flatMap(({ addresses }) => addresses);
      // Likewise until those that will come are there.
      if (!expected.every((address) => known.has(address)) || (hasSystem && statuses.length === 0)) return;
      const reaching = statuses.filter(reachesBeyondLink);
      const kinds = {
        current: [...reaching.map(({ address }) => address), ...own],
        routed: [...reaching.filter(isRouted).map(({ address }) => address), ...own],
      };
      trackOutputs();
      for (const [kind, prefixes] of Object.entries(kinds)) {
        const addresses = sortNodeAddresses(prefixes, algorithm);
        await ports.addresses.set(kind, { addresses, sortAlgorithm: algorithm });
        for (const { metadata, spec } of filters) {
          const filtered = filterNodeAddresses(addresses, spec);
          await ports.addresses.set(`${kind}-${metadata.id}`, { addresses: filtered, sortAlgorithm: algorithm });
        }
      }
      await cleanupOutputs(ports.addresses);
    },
  });
}

function reachesBeyondLink({ scope }: AddressStatusSpec): boolean {
  return scope === 'global' || scope === 'site';
}

function isRouted({ linkName, address }: AddressStatusSpec): boolean {
  return linkName !== EXTERNAL && !isSiderolinkUla(ipPrefixAddress(address));
}
