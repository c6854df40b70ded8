import { defineConfig } from 'vitest/config';

// Tests run on the sources: the condition picks each package's src/index.ts, so no build comes first.
const conditions = ['@cosi-ts/source'];

export default defineConfig({
  resolve: { conditions: [...conditions, 'node', 'import', 'default'] },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/interop/**', 'test/packages/**', 'test/replay/**'],
    testTimeout: 20_000,
    pool: 'forks',
    // No module keeps state of the process, so files may share a worker; loading the modules once saves half the time.
    isolate: false,
  },
});
