import { expect, test } from 'vitest';
import { runsOf, seedOf } from './scale.ts';

test('a campaign makes its own number of runs, or that times COSI_CAMPAIGN_RUNS, and at least one', () => {
  expect(runsOf(100, {})).toBe(100);
  expect(runsOf(100, { COSI_CAMPAIGN_RUNS: '' })).toBe(100);
  expect(runsOf(100, { COSI_CAMPAIGN_RUNS: '0.5' })).toBe(50);
  expect(runsOf(100, { COSI_CAMPAIGN_RUNS: '0' })).toBe(1);
  expect(() => runsOf(100, { COSI_CAMPAIGN_RUNS: 'all' })).toThrow('COSI_CAMPAIGN_RUNS is no number: all');
});

test('it begins at COSI_SEED, or at 0', () => {
  expect(seedOf({})).toBe(0);
  expect(seedOf({ COSI_SEED: '7' })).toBe(7);
  expect(() => seedOf({ COSI_SEED: '0.5' })).toThrow('COSI_SEED is no whole number: 0.5');
});
