import { describe } from 'vitest';
import { goVersion } from './go-programs.ts';

export { goProgram, goTests, goVersion } from './go-programs.ts';

/** Tests against programs in Go; skipped where they cannot be built. */
export const describeWithGo = goVersion === undefined ? describe.skip : describe;
