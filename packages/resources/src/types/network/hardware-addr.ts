import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { hardwareAddress, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** The link's name. */
  name: string(1),
  hardwareAddr: hardwareAddress(2),
};

export interface HardwareAddrSpec extends SpecOf<typeof fields> {}

/** The hardware address of the node's first physical link: the id `first`. */
export const HardwareAddr: DeclaredType<HardwareAddrSpec> = defineResource({
  type: 'HardwareAddresses.net.talos.dev',
  namespace: 'network',
  fields,
});
