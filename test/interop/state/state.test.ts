import { beforeAll, test } from 'vitest';
import { describeWithGo, goTests } from '../go-program.ts';
import { startBareState } from './bare-state.ts';
import { expectGoTest } from './go-test.ts';

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
    await expectGoTest(name, env);
  });
});
