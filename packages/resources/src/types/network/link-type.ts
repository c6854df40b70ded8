import { enumOf } from '../../define/fields.ts';

/** The kernel's ARPHRD_ numbers of the links that we meet. */
export const linkType = enumOf({ netrom: 0, ether: 1, tunnel: 768, loopback: 772, void: 65_535, none: 65_534 });
