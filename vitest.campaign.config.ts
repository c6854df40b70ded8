import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// Many random runs: as many as COSI_CAMPAIGN_RUNS says, times what is enough for every change.

export default defineConfig({
  ...base,
  test: {
    include: ['packages/*/src/**/*.campaign.ts', 'test/**/*.campaign.ts'],
    // A campaign may go on for a night. What never rests is stopped by the simulation.
    testTimeout: 24 * 60 * 60_000,
    pool: 'forks',
    isolate: false,
    passWithNoTests: false,
  },
});
