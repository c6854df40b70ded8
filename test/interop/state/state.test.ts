import { beforeAll, expect, test } from 'vitest';
import { startProcess } from '../../process.ts';
import { describeWithGo, goTests } from '../go-program.ts';
import { startBareState } from './bare-state.ts';

describeWithGo('a state server, to the libraries of programs in Go', () => {
  beforeAll(() => goTests('state'));

  test.each([
    ['passes the conformance suite of states', 'TestStateConformance'],
    ['runs the controllers of the conformance suite of runtimes', 'TestRuntimeConformance'],
    ['fills the caches of such controllers', 'TestCachedRuntimeConformance'],
    ['is watched over restarts', 'TestWatchSurvivesRestarts'],
    ['says that a watch missed something if its state was lost', 'TestWatchOfLostState'],
    ['keeps controllers at work over restarts', 'TestControllersSurviveRestarts'],
  ])('%s', async (_, name) => {
    const { target, backstage, control } = await startBareState();
    const env = { COSI_STATE: target, COSI_BACKSTAGE: backstage, COSI_CONTROL: control };
    const { code, out } = await startProcess(await goTests('state'), ['-test.v', '-test.run', `^${name}$`], env).ended;
    expect(out).toContain(`--- PASS: ${name}`);
    expect(out).not.toContain('--- SKIP');
    expect(code).toBe(0);
  });
});
