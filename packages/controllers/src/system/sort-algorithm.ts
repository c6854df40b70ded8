import { MachineConfig, NodeAddressSortAlgorithm } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** How the node orders its addresses: as the configuration says, `v1` by default. */
export const sortAlgorithmController: Controller = transform({
  name: 'network.NodeAddressSortAlgorithmController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: NodeAddressSortAlgorithm,
  map: () => 'default',
  transform: (config) => ({ algorithm: machineConfigOf(config).nodeAddressSortAlgorithm }),
});
