import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { NAMES, startCluster, type ClusterNode } from './cluster.fixture.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('controllers that crash', () => {
  test.each(SEEDS)('anywhere leave node and cluster as they were (seed %i)', async (seed) => {
    await simulate({ seed, faults: ['delay'] }, async (sim) => {
      const { nodes } = await startCluster(sim, NAMES.slice(0, 3));
      for (let round = 0; round < 10; round += 1) await crashSoon(sim, nodes);
      await converge(sim, nodes);
      for (const { lost } of nodes) expect(lost).toEqual([]);
      for (let round = 0; round < 10; round += 1) {
        await sim.advance(sim.choose('pause', 3) * 500);
        await crashSoon(sim, nodes);
      }
      await sim.advance('10s');
      await converge(sim, nodes);
      for (const { lost } of nodes) expect(lost).toEqual([]);
      for (const { sim: node } of nodes) sim.crash(node);
      for (const { sim: node } of nodes) await sim.restart(node);
      await converge(sim, nodes);
    });
  });
});

async function crashSoon(sim: Simulation, nodes: readonly ClusterNode[]): Promise<void> {
  let left = sim.choose('steps', 100);
  await sim.until('some steps', () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
  crashOne(sim, nodes);
}

function crashOne(sim: Simulation, nodes: readonly ClusterNode[]): void {
  const { name, node } = nodes[sim.choose('node', nodes.length)] as ClusterNode;
  const controllers = [...new Set(node.runtime.dependencyGraph().map(({ controller }) => controller))];
  const controller = controllers[sim.choose('controller', controllers.length)] as string;
  sim.note(`crash ${controller} of ${name}`);
  node.runtime.crash(controller);
}

async function converge(sim: Simulation, nodes: readonly ClusterNode[]): Promise<void> {
  const isComplete = (): boolean => nodes.every(({ members }) => members.size === nodes.length);
  await sim.until('all list all', isComplete, { within: '1m' });
  for (const { name, identities } of nodes) expect([name, identities.size]).toEqual([name, 1]);
  const expected = new Map(nodes.map(({ name, identities }) => [name, [...identities][0]]));
  for (const { members } of nodes) expect(members).toEqual(expected);
}
