import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { ipAddress, ipPrefix, string, uint32, type SpecOf } from '../../define/fields.ts';
import { addressFlags, family, scope } from './addressing.ts';

const fields = {
  address: ipPrefix(1),
  local: ipAddress(2, { omitEmpty: true }),
  broadcast: ipAddress(3, { omitEmpty: true }),
  anycast: ipAddress(4, { omitEmpty: true }),
  multicast: ipAddress(5, { omitEmpty: true }),
  linkIndex: uint32(6),
  linkName: string(7),
  family: family(8),
  scope: scope(9),
  flags: addressFlags(10),
  priority: uint32(11),
};

export interface AddressStatusSpec extends SpecOf<typeof fields> {}

/** An address of a link, or in `cluster` one that somebody else sees: `service` is the discovery service's view. */
export const AddressStatus: DeclaredType<AddressStatusSpec> = defineResource({
  type: 'AddressStatuses.net.talos.dev',
  namespace: 'network',
  columns: { Address: '{.address}', Link: '{.linkName}' },
  aliases: ['address', 'addresses'],
  fields,
});
