import { HardwareAddr, HostnameStatus, MachineConfig, MachineType } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { parseHardwareAddress } from '../identity/hardware-address.ts';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** What the machine is for; `unknown` as long as no configuration says so. */
export const machineTypeController: Controller = transform({
  name: 'config.MachineTypeController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: MachineType,
  map: () => 'machine-type',
  transform: (input) => ({ machineType: machineConfigOf(input).machineType }),
});

/** The hostname that the configuration sets. */
export const hostnameController: Controller = transform({
  name: 'network.HostnameConfigController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: HostnameStatus,
  map: () => 'hostname',
  transform: (input) => {
    const { hostname } = machineConfigOf(input);
    if (hostname === '') return undefined;
    const dot = hostname.indexOf('.');
    return dot < 0
      ? { hostname, domainname: '' }
      : { hostname: hostname.slice(0, dot), domainname: hostname.slice(dot + 1) };
  },
});

/** The hardware address that the configuration gives the first interface. */
export const hardwareAddressController: Controller = transform({
  name: 'network.HardwareAddrController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: HardwareAddr,
  map: () => 'first',
  transform: (input) => {
    const first = machineConfigOf(input).interfaces.find(({ hardwareAddr }) => hardwareAddr !== undefined);
    const address = first?.hardwareAddr === undefined ? undefined : parseHardwareAddress(first.hardwareAddr);
    return first === undefined || address === undefined ? undefined : { name: first.name, hardwareAddr: address };
  },
});
