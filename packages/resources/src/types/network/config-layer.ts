import { enumOf } from '../../define/fields.ts';

/** Where a piece of network configuration comes from; a later one wins over an earlier one. */
export const configLayer = enumOf({ default: 0, cmdline: 1, platform: 2, operator: 3, configuration: 4 });
