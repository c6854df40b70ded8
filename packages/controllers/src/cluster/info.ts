import { Info, MachineConfig } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** The cluster's id and name. */
export const infoController: Controller = transform({
  name: 'cluster.InfoController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: Info,
  map: () => 'current',
  transform: (input) => {
    const config = machineConfigOf(input);
    const identity = config.discoveryIdentity;
    if (!config.hasCluster || identity === undefined) return undefined;
    return { clusterId: identity.clusterId, clusterName: config.clusterName };
  },
});
