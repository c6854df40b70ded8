import { enumOf } from '../../define/fields.ts';

/** The kernel's ARPHRD_ numbers of the links that we meet, by its names: a WireGuard device is `nohdr`. */
export const linkType = enumOf({ netrom: 0, ether: 1, ipip: 768, loopback: 772, void: 65_535, nohdr: 65_534 });
