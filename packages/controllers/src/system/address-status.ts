import type { Host } from '@cosi-ts/core';
import {
  AddressStatus,
  MachineConfig,
  ipPrefixAddress,
  isIpv4,
  type AddressStatusSpec,
  type IpAddress,
} from '@cosi-ts/resources';
import { defineController, shared, weak, type Controller } from '@cosi-ts/runtime';
import type { ParsedMachineConfig } from '../config/machine-config/machine-config.ts';
import { machineConfigOf } from '../config/machine-config-of.ts';
import { addressScope } from './host/address-scope.ts';
import type { HostLink, HostSystem } from './host/host-system.ts';
import { observed } from './host/observed.ts';

/** The addresses of the node's interfaces: those of the configuration if it gives any, else the machine's. */
export function addressStatusController(host: Pick<Host, 'timers'>, system?: HostSystem): Controller {
  return defineController({
    name: 'network.AddressStatusController',
    ports: {
      config: weak(MachineConfig, { id: 'v1alpha1' }),
      addresses: shared(AddressStatus.in('network')),
    },
    start: (context) => {
      const ask = observed(system, context, host.timers);
      return async ({ config, addresses }, { trackOutputs, cleanupOutputs }) => {
        const machineConfig = await config.find('v1alpha1');
        if (machineConfig === undefined) return;
        const configured = configuredLinks(machineConfigOf(machineConfig));
        const links = configured ?? (await ask((machine) => machine.links()));
        if (links === undefined) return;
        trackOutputs();
        for (const link of links) {
          for (const { prefix, scope } of link.addresses) {
            const address = ipPrefixAddress(prefix);
            await addresses.set(`${link.name}/${prefix}`, {
              ...OF_A_LINK,
              address: prefix,
              local: address,
              linkIndex: link.index,
              linkName: link.name,
              family: isIpv4(address) ? 'inet4' : 'inet6',
              scope,
            });
          }
        }
        await cleanupOutputs(addresses);
      };
    },
  });
}

function configuredLinks({ interfaces }: ParsedMachineConfig): readonly HostLink[] | undefined {
  if (interfaces.every(({ addresses }) => addresses.length === 0)) return undefined;
  return interfaces.map(({ name, addresses }, at) => ({
    name,
    index: at + 1,
    isPhysical: true,
    hardwareAddr: '',
    addresses: addresses.map((prefix) => ({ prefix, scope: addressScope(ipPrefixAddress(prefix)) })),
  }));
}

const NO_ADDRESS = '' as IpAddress;

const OF_A_LINK = {
  broadcast: NO_ADDRESS,
  anycast: NO_ADDRESS,
  multicast: NO_ADDRESS,
  flags: 'permanent',
  priority: 0,
} as const satisfies Partial<AddressStatusSpec>;
