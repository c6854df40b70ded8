import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, flagsOf, ipAddress, ipPrefix, string, uint32, type SpecOf } from '../../define/fields.ts';

const family = enumOf({ inet4: 2, inet6: 10 });
const scope = enumOf({ global: 0, site: 200, link: 253, host: 254, nowhere: 255 });

/** The kernel's IFA_F_ flags, by their bits. */
const flags = flagsOf({
  temporary: 0x1,
  nodad: 0x2,
  optimistic: 0x4,
  dadfailed: 0x8,
  homeaddress: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  mngmtmpaddr: 0x100,
  noprefixroute: 0x200,
  mcautojoin: 0x400,
  stableprivacy: 0x800,
});

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
  flags: flags(10),
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
