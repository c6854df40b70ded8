import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { startCosi, temporaryDirectory } from '../../process.ts';
import { describeWithGo, goTests } from '../go-program.ts';
import { DIFFERENT } from './different.ts';
import { expectGoTest } from './go-test.ts';

describeWithGo('a node of `cosi up`', () => {
  beforeAll(() => goTests('state'));

  test('is read by programs in Go', async () => {
    const directory = await temporaryDirectory();
    const up = startCosi('up', '--state', directory, '--nodes', '3', '--workers', '1');
    await up.until(/all 3 nodes see each other/);
    const env = {
      COSI_STATE: `unix:${join(directory, 'talos-default-controlplane-1', 'api.sock')}`,
      COSI_DIFFERENT: [...DIFFERENT.keys()].map(({ type }) => type).join(','),
    };
    await expectGoTest('TestNode', env);
    await expectGoTest('TestDefinitions', env);
    await expectGoTest('TestResources', env);
    await up.end('SIGINT');
  });
});
