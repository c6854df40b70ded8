import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { annotationsOf } from './annotations.ts';
import { NAME, RAW, local, nodeOf, serveCluster, startRegistry, type RegistryNode } from './registry.fixture.ts';
import type { SimulatedCluster } from './simulated-cluster.fixture.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);
const CONTROLLERS = [
  'k8s.NodeStatusController',
  'cluster.KubernetesPullController',
  'cluster.KubernetesPushController',
] as const;

describe('whatever happens on the way', () => {
  test.each(SEEDS)('both sides come to say the same (seed %i)', async (seed) => {
    await simulate({ seed, faults: ['cut', 'refuse', 'stall', 'delay', 'disk'] }, async (sim) => {
      const { cluster, server } = await serveCluster(sim);
      cluster.put(NAME, {});
      const node = await startRegistry(sim.node('node'));
      for (let step = 0; step < 12; step += 1) await disturb(sim, { cluster, server, node });
      sim.quiet();
      if (!server.isRunning) await server.start();
      await node.configure(true);
      await node.publish(local({ addresses: ['10.0.0.77'] }));
      if (cluster.get(NAME) === undefined) cluster.put(NAME, {});
      // The longest silence until a dead watch is noticed, and the longest pause until the next try.
      await sim.advance('5m');
      expect(await node.ids(RAW)).toEqual(spokenOf(cluster));
      const wanted = Object.entries(annotationsOf(local({ addresses: ['10.0.0.77'] })));
      const said = wanted.filter(([, value]) => value !== '');
      expect(cluster.get(NAME)?.annotations).toEqual(Object.fromEntries(said));
      const version = cluster.versionOf(NAME);
      await node.configure(false);
      await sim.advance('1m');
      expect(cluster.get(NAME)?.annotations).toEqual({});
      expect(cluster.versionOf(NAME)).not.toBe(version);
      expect(await node.ids(RAW)).toEqual([]);
    });
  });
});

async function disturb(
  sim: Simulation,
  { cluster, server, node }: { cluster: SimulatedCluster; server: ReturnType<Simulation['node']>; node: RegistryNode },
): Promise<void> {
  const other = `other-${sim.choose('who', 3)}`;
  const steps: readonly (() => void | Promise<void>)[] = [
    () => cluster.put(other, nodeOf(`id-${sim.choose('of whom', 3)}`, `10.0.0.${sim.choose('where', 200)}`)),
    () => cluster.remove(other),
    () => cluster.compact(),
    () => cluster.put(NAME, {}),
    () => cluster.remove(NAME),
    () => node.publish(local({ addresses: [`10.0.0.${sim.choose('where', 200)}`] })),
    () => node.configure(sim.choose('on', 3) > 0),
    () => node.runtime.crash(CONTROLLERS[sim.choose('which', CONTROLLERS.length)] ?? CONTROLLERS[0]),
    () => void cluster.failures.push([500, 429, 504, 410][sim.choose('status', 4)] ?? 500),
    () => void cluster.garbage.push(['nonsense', '{"type":"ADDED"}', '{}'][sim.choose('garbage', 3)] ?? ''),
    () => node.access.changed(),
    () => (server.isRunning ? sim.crash(server) : server.start()),
  ];
  await steps[sim.choose('what', steps.length)]?.();
  await sim.advance((['0', '100ms', '3s', '5m'] as const)[sim.choose('pause', 4)] ?? 0);
}

function spokenOf(cluster: SimulatedCluster): readonly string[] {
  const ids = ['other-0', 'other-1', 'other-2'].flatMap(
    (name) => cluster.get(name)?.annotations?.['cluster.talos.dev/node-id'] ?? [],
  );
  return [...new Set(ids)].map((id) => `k8s/${id}`).sort();
}
