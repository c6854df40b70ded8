import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { temporaryDirectory } from '../../process.ts';
import { describeWithGo, goProgram } from '../go-program.ts';
import { expectSeen, joinGo, joinTs, newCluster } from './nodes.ts';
import { controlPlaneNode, workerNode } from './samples.ts';
import { startOurs, startTheirs } from './services.ts';

const HALF_AN_HOUR = 1_800_000;

describeWithGo('the file that a service keeps its state in', () => {
  beforeAll(() => goProgram('discovery'));

  test.each([
    [
      'of the published service is read by ours, and what ours makes of it by the published one',
      startTheirs,
      startOurs,
    ],
    ['of ours is read by the published service, and what that makes of it by ours', startOurs, startTheirs],
  ])('%s', async (_, startFirst, startSecond) => {
    const snapshot = join(await temporaryDirectory(), 'state.binpb');
    const clusters = [newCluster(), newCluster()];
    const published = [controlPlaneNode('go'), controlPlaneNode('ts'), workerNode('idle')];

    const first = await startFirst({ snapshot });
    for (const cluster of clusters) {
      const options = { service: first.address, cluster, ttl: HALF_AN_HOUR };
      const nodes = [await joinGo('go', options), await joinTs('ts', options), await joinTs('idle', options)];
      for (const [index, what] of published.entries()) nodes[index]?.publish(what);
      await expectSeen(await joinTs('observer', options), ...published);
      for (const node of nodes) await node.vanish();
    }
    await first.stop();

    for (const start of [startSecond, startFirst]) {
      const { address: service, stop } = await start({ snapshot });
      for (const cluster of clusters) {
        for (const joinAs of [joinGo, joinTs]) {
          await expectSeen(await joinAs('observer', { service, cluster }), ...published);
        }
      }
      await stop();
    }
  });
});
