import { expect, test } from 'vitest';
import { runsOf, seedOf } from '../campaign/scale.ts';
import { liveThrough } from './cluster-life.fixture.ts';

const FIRST = 100 + seedOf(process.env);
const SEEDS = Array.from({ length: runsOf(100, process.env) }, (_, index) => FIRST + index);

test.each(SEEDS)('the cluster of `npm start` lives through whatever happens (seed %i)', async (seed) => {
  const { hash } = await liveThrough(seed);
  if (seed % 20 === 0) expect((await liveThrough(seed)).hash).toBe(hash);
});
