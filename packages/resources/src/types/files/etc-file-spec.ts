import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, textBytes, uint32, type SpecOf } from '../../define/fields.ts';

const fields = {
  contents: textBytes(1),
  /** The permission bits. */
  mode: uint32(2),
  selinuxLabel: string(3, { yaml: 'selinux_label' }),
};

export interface EtcFileSpecSpec extends SpecOf<typeof fields> {}

/** A file that should be in /etc. Its id is the path below it. */
export const EtcFileSpec: DeclaredType<EtcFileSpecSpec> = defineResource({
  type: 'EtcFileSpecs.files.talos.dev',
  namespace: 'files',
  sensitive: true,
  fields,
});
