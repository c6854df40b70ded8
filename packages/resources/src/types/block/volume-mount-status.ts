import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  volumeID: string(1),
  requester: string(2),
  /** The path of the mount. */
  target: string(3),
  readOnly: bool(4),
  detached: bool(5),
  disableAccessTime: bool(6),
  secure: bool(7),
  noExec: bool(8),
};

export interface VolumeMountStatusSpec extends SpecOf<typeof fields> {}

/** A volume is mounted for the requester of the same id; a finalizer here holds the mount. */
export const VolumeMountStatus: DeclaredType<VolumeMountStatusSpec> = defineResource({
  type: 'VolumeMountStatuses.block.talos.dev',
  namespace: 'runtime',
  columns: { 'Volume ID': '{.volumeID}', Requester: '{.requester}', Target: '{.target}' },
  fields,
});
