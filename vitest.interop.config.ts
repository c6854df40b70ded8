import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// Against programs of others, built from their published sources: real processes, one file at a time.

export default defineConfig({
  ...base,
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: 'test/interop/setup.ts',
    testTimeout: 120_000,
    // The first run builds.
    hookTimeout: 1_800_000,
    fileParallelism: false,
    pool: 'forks',
    passWithNoTests: false,
  },
});
