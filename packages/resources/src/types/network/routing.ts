import { enumOf } from '../../define/fields.ts';

/** The kernel's routing tables that have a name, and KubeSpan's, which has none. */
export const routingTable = enumOf({ unspec: 0, '180': 180, default: 253, main: 254, local: 255 });
