import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  volumeID: string(1),
  requester: string(2),
  readOnly: bool(3),
  detached: bool(4),
  disableAccessTime: bool(5),
  secure: bool(6),
  noExec: bool(7),
};

export interface VolumeMountRequestSpec extends SpecOf<typeof fields> {}

/** Somebody wants a volume mounted. The id is `<requester>-<volume>`. */
export const VolumeMountRequest: DeclaredType<VolumeMountRequestSpec> = defineResource({
  type: 'VolumeMountRequests.block.talos.dev',
  namespace: 'runtime',
  columns: { 'Volume ID': '{.volumeID}', Requester: '{.requester}' },
  fields,
});
