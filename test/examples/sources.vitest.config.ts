import { defineConfig } from 'vitest/config';

// The tests of an example on the sources of this checkout, as in the root configuration; elsewhere they need none.
const conditions = ['@cosi-ts/source'];

export default defineConfig({
  resolve: { conditions: [...conditions, 'node', 'import', 'default'] },
  ssr: { resolve: { conditions, externalConditions: conditions } },
});
