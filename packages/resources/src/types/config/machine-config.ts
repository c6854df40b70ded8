import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** The configuration as its author wrote it, one YAML document or several. */
  text: string(1),
};

export interface MachineConfigSpec extends SpecOf<typeof fields> {}

/** The node's configuration. The one in force has the id `v1alpha1`. */
export const MachineConfig: DeclaredType<MachineConfigSpec> = defineResource({
  type: 'MachineConfigs.config.talos.dev',
  namespace: 'config',
  layout: 'bare',
  sensitive: true,
  fields,
});
