import { ApiServerConfig, MachineConfig } from '@cosi-ts/resources';
import { transform, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** Where the API server of a control plane node listens, if the configuration says so. */
export const apiServerConfigController: Controller = transform({
  name: 'k8s.ControlPlaneAPIServerController',
  input: MachineConfig,
  inputId: 'v1alpha1',
  output: ApiServerConfig,
  map: () => 'final-kube-apiserver',
  transform: (config) => {
    const { machineType, localApiServerPort } = machineConfigOf(config);
    const isControlPlane = machineType === 'controlplane' || machineType === 'init';
    return isControlPlane && localApiServerPort !== undefined ? { localPort: localApiServerPort } : undefined;
  },
});
