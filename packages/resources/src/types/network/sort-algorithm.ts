import { enumOf } from '../../define/fields.ts';

/** How addresses are put in order. */
export const sortAlgorithm = enumOf({ v1: 0, v2: 1 });
