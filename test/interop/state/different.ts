import {
  AddressStatus,
  ApiServerConfig,
  KubeSpanDeviceStatus,
  KubeSpanPeerWarning,
  LinkStatus,
  MachineConfig,
  NodeStatus,
  RegistryStatus,
  VolumeMountRequest,
  VolumeMountStatus,
  type DeclaredType,
} from '@cosi-ts/resources';

/** Types whose specs Go's library does not write as we do, and why. */
export const DIFFERENT: ReadonlyMap<DeclaredType<object>, string> = new Map<DeclaredType<object>, string>([
  [
    MachineConfig,
    'is a document with rules of its own; that of `cosi up` tells the hardware address, which Talos asks the machine for',
  ],
  [AddressStatus, 'has optional addresses, which Go leaves out of YAML even where they are set'],
  [ApiServerConfig, 'is declared in part only'],
  [NodeStatus, 'has maps, whose keys Go sorts as people count; we sort them by their bytes'],
  [LinkStatus, 'is declared in part only'],
  [KubeSpanDeviceStatus, 'is of our own'],
  [KubeSpanPeerWarning, 'likewise'],
  [RegistryStatus, 'likewise'],
  [VolumeMountRequest, 'has a field that this version of the library does not know'],
  [VolumeMountStatus, 'likewise'],
]);
