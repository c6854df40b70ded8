import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import type { SpecOf } from '../../define/fields.ts';
import { machineType } from '../machine-type.ts';

const fields = { machineType: machineType(1) };

export interface MachineTypeSpec extends SpecOf<typeof fields> {}

/** What this machine is for: the id `machine-type`. It is there even before a configuration is, as `unknown`. */
export const MachineType: DeclaredType<MachineTypeSpec> = defineResource({
  type: 'MachineTypes.config.talos.dev',
  namespace: 'config',
  layout: 'bare',
  columns: { Type: '{@}' },
  fields,
});
