import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipAddress, list, optional, string, type SpecOf } from '../../define/fields.ts';
import { machineType } from '../machine-type.ts';
import { controlPlane } from './control-plane.ts';

const fields = {
  nodeId: string(1),
  addresses: list(2, ipAddress),
  hostname: string(3),
  machineType: machineType(4),
  operatingSystem: string(5),
  controlPlane: optional(6, controlPlane),
};

export interface MemberSpec extends SpecOf<typeof fields> {}

/** A node of the cluster. Its id is the Kubernetes node name. */
export const Member: DeclaredType<MemberSpec> = defineResource({
  type: 'Members.cluster.talos.dev',
  namespace: 'cluster',
  columns: {
    Hostname: '{.hostname}',
    'Machine Type': '{.machineType}',
    OS: '{.operatingSystem}',
    Addresses: '{.addresses}',
  },
  fields,
});
