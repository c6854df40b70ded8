import type { Host } from '@cosi-ts/core';
import { HardwareAddr, MachineConfig, type HardwareAddrSpec } from '@cosi-ts/resources';
import { defineController, exclusive, removeOutput, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';
import { parseHardwareAddress } from '../identity/hardware-address.ts';
import type { HostLink, HostSystem } from './host/host-system.ts';
import { observed } from './host/observed.ts';

const NAME = 'network.HardwareAddrController';

/** The hardware address of the first interface that has one: of the configuration, else the machine's. */
export function hardwareAddressController(host: Pick<Host, 'timers'>, system?: HostSystem): Controller {
  return defineController({
    name: NAME,
    ports: { config: weak(MachineConfig, { id: 'v1alpha1' }), hardwareAddresses: exclusive(HardwareAddr) },
    start: (context) => {
      const ask = observed(system, context, host.timers);
      return async ({ config, hardwareAddresses }) => {
        const machineConfig = await config.find('v1alpha1');
        if (machineConfig === undefined) return;
        const { interfaces } = machineConfigOf(machineConfig);
        const first = firstOf(interfaces) ?? firstPhysical((await ask((machine) => machine.links())) ?? []);
        if (first === undefined) await removeOutput(hardwareAddresses, 'first', NAME);
        else await writeOutput(hardwareAddresses, 'first', first, NAME);
      };
    },
  });
}

/** A machine in a container has no physical interface, but one that serves as well. */
function firstPhysical(links: readonly HostLink[]): HardwareAddrSpec | undefined {
  return firstOf(links.filter(({ isPhysical }) => isPhysical)) ?? firstOf(links);
}

function firstOf(
  links: readonly { readonly name: string; readonly hardwareAddr: string | undefined }[],
): HardwareAddrSpec | undefined {
  for (const { name, hardwareAddr = '' } of links) {
    const address = parseHardwareAddress(hardwareAddr);
    if (address !== undefined) return { name, hardwareAddr: address };
  }
  return undefined;
}
