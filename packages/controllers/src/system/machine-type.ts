import { MachineConfig, MachineType } from '@cosi-ts/resources';
import { merge, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** What the machine is for; `unknown` as long as no configuration says so. */
export const machineTypeController: Controller = merge({
  name: 'config.MachineTypeController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: MachineType,
  key: () => 'machine-type',
  always: ['machine-type'],
  merge: ([config]) => ({ machineType: config === undefined ? 'unknown' : machineConfigOf(config).machineType }),
});
