import type { Host } from '@cosi-ts/core';
import { HostnameStatus, MachineConfig } from '@cosi-ts/resources';
import { defineController, exclusive, removeOutput, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';
import type { HostSystem } from './host/host-system.ts';
import { observed } from './host/observed.ts';

const NAME = 'network.HostnameController';

/** The node's host name: the one of the configuration, else the machine's. */
export function hostnameController(host: Pick<Host, 'timers'>, system?: HostSystem): Controller {
  return defineController({
    name: NAME,
    ports: { config: weak(MachineConfig, { id: 'v1alpha1' }), hostnames: exclusive(HostnameStatus) },
    start: (context) => {
      const ask = observed(system, context, host.timers);
      return async ({ config, hostnames }) => {
        const machineConfig = await config.find('v1alpha1');
        if (machineConfig === undefined) return;
        const configured = machineConfigOf(machineConfig).hostname;
        const name = configured === '' ? await ask((machine) => machine.hostname()) : configured;
        if (name === undefined || name === '') await removeOutput(hostnames, 'hostname', NAME);
        else await writeOutput(hostnames, 'hostname', split(name), NAME);
      };
    },
  });
}

function split(name: string): { readonly hostname: string; readonly domainname: string } {
  const dot = name.indexOf('.');
  if (dot < 0) return { hostname: name, domainname: '' };
  return { hostname: name.slice(0, dot), domainname: name.slice(dot + 1) };
}
