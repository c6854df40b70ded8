import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The packages as they are published: packed, installed in a project outside of this tree, and the examples run there; and
// lines of failures, replayed by a test runner of their own.

export default defineConfig({
  ...base,
  test: {
    include: ['test/packages/**/*.test.ts', 'test/examples/**/*.test.ts', 'test/replay/**/*.test.ts'],
    globalSetup: 'test/packages/setup.ts',
    testTimeout: 120_000,
    fileParallelism: false,
    pool: 'forks',
    isolate: false,
  },
});
