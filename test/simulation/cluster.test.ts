import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { liveThrough } from './cluster-life.fixture.ts';

// Others are lived through in the campaign.
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('the cluster of `npm start`', () => {
  test.each(SEEDS)('finds itself, and loses who goes, whatever happens on the way (seed %i)', async (seed) => {
    const live = () => simulate({ seed, faults: 'all' }, liveThrough);
    const { hash } = await live();
    if (seed % 20 === 0) expect((await live()).hash).toBe(hash);
  });
});
