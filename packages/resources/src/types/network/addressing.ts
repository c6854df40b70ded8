import { enumOf, flagsOf } from '../../define/fields.ts';

/** What addresses and routes have in common, by the kernel's numbers. */
export const family = enumOf({ inet4: 2, inet6: 10 });
export const scope = enumOf({ global: 0, site: 200, link: 253, host: 254, nowhere: 255 });

/** The kernel's IFA_F_ flags, by their bits. */
export const addressFlags = flagsOf({
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
