import { realHost } from '@cosi-ts/core';
import { checkGraph } from '@cosi-ts/runtime';
import { expect, test } from 'vitest';
import { nodeControllers } from './controllers.ts';

test('no controllers of a node feed each other, or wait for each other, without end', () => {
  const os = { name: 'Talos', version: 'v1.3.0' };
  const controllers = nodeControllers({ host: realHost(), directory: '/', configPath: '/config.yaml', os, ttl: 1 });
  const found = checkGraph(controllers).filter(({ what }) => what === 'cycle' || what === 'teardownDeadlock');
  expect(found).toEqual([]);
});
