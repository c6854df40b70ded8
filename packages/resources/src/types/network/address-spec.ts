import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, ipPrefix, string, uint32, type SpecOf } from '../../define/fields.ts';
import { addressFlags, family, scope } from './addressing.ts';
import { configLayer } from './config-layer.ts';

const fields = {
  address: ipPrefix(1),
  linkName: string(2),
  family: family(3),
  scope: scope(4),
  flags: addressFlags(5),
  announceWithARP: bool(6, { omitEmpty: true }),
  priority: uint32(8, { omitEmpty: true }),
  configLayer: configLayer(7, { yaml: 'layer' }),
};

export interface AddressSpecSpec extends SpecOf<typeof fields> {}

/** An address that a link shall have. */
export const AddressSpec: DeclaredType<AddressSpecSpec> = defineResource({
  type: 'AddressSpecs.net.talos.dev',
  namespace: 'network',
  fields,
});
