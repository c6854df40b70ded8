import { Identity, Member } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { startCluster, type Cluster } from './cluster.ts';
import { Convergence } from './convergence.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

describe('a local cluster', () => {
  test.each(SEEDS)('moves with its service to another port, wherever it is interrupted (seed %i)', async (seed) => {
    await simulate({ seed, faults: ['tear', 'disk'] }, async (sim) => {
      const neighbour = sim.node('neighbour', { machine: 'up' });
      const up = process(sim);
      sim.quiet();
      await up.node.start();
      const before = up.cluster().endpoint;
      await up.node.stop();
      await neighbour.host.rpc.listen({ address: before.replace('http://', '') }, []);
      for (let life = 0; life < 2; life += 1) {
        void up.node.start().catch(() => undefined);
        await pass(sim, sim.choose('steps', 100));
        sim.crash(up.node);
      }
      await up.node.start();
      await sim.until('they find each other', up.isComplete, { within: '3s' });
      expect(up.cluster().endpoint).not.toBe(before);
    });
  });

  test.each(SEEDS)('survives the crash of its one process at any moment (seed %i)', async (seed) => {
    await simulate({ seed, faults: ['tear', 'disk', 'delay'] }, async (sim) => {
      const up = process(sim);
      let first: ReadonlyMap<string, string> | undefined;
      for (let life = 0; life < 3; life += 1) {
        void up.node.start().catch(() => undefined);
        await pass(sim, sim.choose('steps', 4000));
        if (up.isComplete()) first ??= await identities(up.cluster());
        sim.crash(up.node);
      }
      sim.quiet();
      await up.node.start();
      await sim.until('they find each other', up.isComplete, { within: '30s' });
      const last = await identities(up.cluster());
      expect([...last.keys()]).toEqual(NAMES);
      if (first !== undefined) expect(last).toEqual(first);
      for (const { node } of up.cluster().nodes) {
        const members = await collection(node.state, Member).list();
        expect(members.map(({ metadata, spec }) => [metadata.id, spec.nodeId])).toEqual([...last]);
      }
    });
  });

  test('ends in peace, and is the same when it comes back', async () => {
    await simulate({}, async (sim) => {
      const up = process(sim);
      await up.node.start();
      await sim.until('they find each other', up.isComplete, { within: '3s' });
      const before = await identities(up.cluster());
      const { endpoint } = up.cluster();
      await Promise.all(up.cluster().nodes.map(({ node }) => node.leave()));
      await up.node.stop();
      expect(sim.isQuiet()).toBe(true);
      await up.node.start();
      await sim.until('they find each other again', up.isComplete, { within: '3s' });
      expect(await identities(up.cluster())).toEqual(before);
      expect(up.cluster().endpoint).toBe(endpoint);
    });
  });
});

const NAMES = [
  'talos-default-controlplane-1',
  'talos-default-controlplane-2',
  'talos-default-controlplane-3',
  'talos-default-worker-1',
  'talos-default-worker-2',
];

/** The process that `cosi up` runs, over all of its lives. */
function process(sim: Simulation) {
  let cluster: Cluster | undefined;
  let convergence: Convergence | undefined;
  const node: SimNode = sim.node('up', {
    program: async ({ host, owner }) => {
      cluster = undefined;
      convergence = undefined;
      const options = { nodes: undefined, workers: undefined, reset: false, ttl: 60_000, openNamespaces: undefined };
      const os = { name: 'Talos', version: 'v1.3.0' };
      cluster = await startCluster({ host, owner, directory: '/.cosi', os, ...options });
      convergence = new Convergence(cluster.nodes, owner, () => undefined);
    },
  });
  return {
    node,
    isComplete: () => convergence?.isComplete ?? false,
    cluster(): Cluster {
      if (cluster === undefined) throw new Error('it does not run');
      return cluster;
    },
  };
}

async function identities({ nodes }: Cluster): Promise<ReadonlyMap<string, string>> {
  const found = nodes.map(async ({ name, node }) => {
    const { spec } = await collection(node.state, Identity).get('local');
    return [name, spec.nodeId] as const;
  });
  return new Map(await Promise.all(found));
}

async function pass(sim: Simulation, steps: number): Promise<void> {
  let left = steps;
  await sim.until(`${steps} steps`, () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
}
