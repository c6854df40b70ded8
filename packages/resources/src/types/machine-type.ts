import { enumOf } from '../define/fields.ts';

/** What a machine is for. Talos still knows `init`, the first control plane node of old clusters. */
export const machineType = enumOf({ unknown: 0, init: 1, controlplane: 2, worker: 3 });
export type MachineTypeName = 'unknown' | 'init' | 'controlplane' | 'worker';
