import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { NodesReplica } from './nodes-replica.ts';
import { nodeOf, serveCluster } from './registry.fixture.ts';
import { simulatedAccess } from './simulated-cluster.fixture.ts';

test('a Node that says the same again, as a kubelet does every few minutes, is no change', async () => {
  await simulate({}, async (sim) => {
    const { cluster, server } = await serveCluster(sim);
    cluster.put('a', nodeOf('a'));
    const { host, owner } = sim.node('node');
    const access = simulatedAccess(host);
    const { table } = new NodesReplica({ host, owner, access, onCondition: () => undefined });
    await sim.settle();
    const before = table.get('a');
    expect(before).toBeDefined();
    cluster.put('a', nodeOf('a'));
    await sim.settle();
    expect(table.get('a')).toBe(before);
    // Nor is it one if everything is listed anew.
    access.changed();
    await sim.settle();
    expect(table.get('a')).toBe(before);
    // It has heard of it all the same: the next one is heard, and the place in the history is behind both.
    cluster.put('a', nodeOf('a', '10.0.0.9'));
    await sim.settle();
    expect(table.get('a')).not.toBe(before);
    for (let round = 0; round < 3; round += 1) {
      sim.crash(server);
      await server.start();
      await sim.advance('1m');
    }
    expect(access.watching.size).toBe(1);
  });
});
