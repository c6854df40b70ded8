import { describe, expect, test } from 'vitest';
import { liveThrough } from './cluster-life.fixture.ts';

// Others are lived through in the campaign.
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('the cluster of `npm start`', () => {
  test.each(SEEDS)('finds itself, and loses who goes, whatever happens on the way (seed %i)', async (seed) => {
    const { hash } = await liveThrough(seed);
    if (seed % 20 === 0) expect((await liveThrough(seed)).hash).toBe(hash);
  });
});
