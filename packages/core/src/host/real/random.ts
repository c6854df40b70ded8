import { randomFillSync, randomInt } from 'node:crypto';
import type { Random } from '../host.ts';

const STEPS = 2 ** 47;

export const realRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
  uniform: () => randomInt(STEPS) / STEPS,
};
