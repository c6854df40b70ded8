import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { NAMES, startCluster } from './cluster.fixture.ts';

/** Worlds end with their nodes in the middle of everything: thousands of them run in one process. */
test('a world that is over is held by nothing', async () => {
  const worlds: WeakRef<Simulation>[] = [];
  for (const seed of [1, 2, 3]) worlds.push(await clusterOf(seed));
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  // The last one may still be in somebody's hands.
  expect(worlds.slice(0, -1).map((world) => world.deref() === undefined)).toEqual([true, true]);
});

async function clusterOf(seed: number): Promise<WeakRef<Simulation>> {
  let world: WeakRef<Simulation> | undefined;
  await simulate({ seed }, async (sim) => {
    world = new WeakRef(sim);
    const { nodes } = await startCluster(sim, NAMES);
    await sim.until('all list all', () => nodes.every(({ members }) => members.size === NAMES.length));
  });
  return world as WeakRef<Simulation>;
}
