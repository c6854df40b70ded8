import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import type { SpecOf } from '../../define/fields.ts';

const fields = {};

export interface MachineResetSignalSpec extends SpecOf<typeof fields> {}

/** Its being there, with the id `machine`, says that the node is being reset and leaves its cluster. */
export const MachineResetSignal: DeclaredType<MachineResetSignalSpec> = defineResource({
  type: 'MachineResetSignals.runtime.talos.dev',
  namespace: 'runtime',
  fields,
});
