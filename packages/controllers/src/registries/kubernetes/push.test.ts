import { writeFileAtomically } from '@cosi-ts/core';
import { Affiliate, MachineResetSignal, NodeStatus, Nodename, RegistryStatus } from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { annotationsOf } from './annotations.ts';
import { KUBERNETES_PUSH_CONTROLLER as PUSH } from './push.ts';
import { LOCAL, NAME, local, serveCluster, startRegistry, type RegistryNode } from './registry.fixture.ts';
import type { SimulatedCluster } from './simulated-cluster.fixture.ts';

const THEIRS = { 'example.com/owner': 'somebody' };

describe('the own Node', () => {
  test('says what the local affiliate says, and keeps what others wrote', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNode(sim);
      expect(cluster.get(NAME)?.annotations).toEqual({ ...THEIRS, ...said() });
      expect(await statusOf(node)).toMatchObject({ state: 'connected', endpoint: 'https://kubernetes:6443' });
    });
  });

  test('is written when the affiliate changes, and not otherwise', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNode(sim);
      const patches = (): number => cluster.calls.filter((call) => call === 'annotate').length;
      expect(patches()).toBe(1);
      await node.publish(local({ operatingSystem: 'another' }));
      node.runtime.crash(PUSH);
      cluster.put(NAME, { ...cluster.get(NAME), osImage: 'another' });
      await sim.advance('1h');
      expect(patches()).toBe(1);
      await node.publish(local({ addresses: ['10.0.0.1', '10.0.0.7'] }));
      await sim.settle();
      expect(cluster.get(NAME)?.annotations?.['networking.talos.dev/self-ips']).toBe('10.0.0.1,10.0.0.7');
      expect(patches()).toBe(2);
    });
  });

  test('is written again if it is made anew, or somebody took something away', async () => {
    await simulate({}, async (sim) => {
      const { cluster } = await withNode(sim);
      cluster.remove(NAME);
      await sim.settle();
      cluster.put(NAME, {});
      await sim.settle();
      expect(cluster.get(NAME)?.annotations).toEqual(said());
      cluster.annotate(NAME, { 'cluster.talos.dev/node-id': null, 'networking.talos.dev/self-ips': '10.9.9.9' });
      await sim.settle();
      expect(cluster.get(NAME)?.annotations).toEqual(said());
    });
  });

  test('is waited for', async () => {
    await simulate({}, async (sim) => {
      const { cluster } = await serveCluster(sim);
      const node = await startRegistry(sim.node('node'));
      await sim.advance('10m');
      expect(await statusOf(node)).toMatchObject({ state: 'waiting', message: 'there is no Node here in Kubernetes' });
      expect(cluster.calls).not.toContain('annotate');
      cluster.put(NAME, {});
      await sim.settle();
      expect(cluster.get(NAME)?.annotations).toEqual(said());
    });
  });

  test('is written once the API server is back', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNode(sim);
      sim.crash(server);
      await node.publish(local({ addresses: ['10.0.0.8'] }));
      await sim.advance('1h');
      expect(await statusOf(node)).toMatchObject({ state: 'failing' });
      await server.start();
      await sim.advance('1m');
      expect(cluster.get(NAME)?.annotations?.['networking.talos.dev/self-ips']).toBe('10.0.0.8');
      expect(await statusOf(node)).toMatchObject({ state: 'connected' });
    });
  });

  test('may be one that these credentials must not write', async () => {
    await simulate({}, async (sim) => {
      const { cluster } = await serveCluster(sim);
      cluster.put(NAME, {});
      cluster.forbidden.add('annotate');
      const node = await startRegistry(sim.node('node'));
      await sim.advance('10m');
      const message = expect.stringMatching(/may not patch this Node.*nodes is forbidden/);
      expect(await statusOf(node)).toMatchObject({ state: 'refused', message });
      expect(sim.log.filter(({ level, fields }) => level === 'warn' && fields['controller'] === PUSH)).toHaveLength(1);
      cluster.forbidden.clear();
      await sim.advance('1m');
      expect(cluster.get(NAME)?.annotations).toEqual(said());
    });
  });
});

describe('nothing is left on the Node', () => {
  test('when the registry is switched off', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNode(sim);
      await node.configure(false);
      await sim.settle();
      expect(cluster.get(NAME)?.annotations).toEqual(THEIRS);
      expect(await node.ids(RegistryStatus)).toEqual([]);
      await node.configure(true);
      await sim.settle();
      expect(cluster.get(NAME)?.annotations).toEqual({ ...THEIRS, ...said() });
    });
  });

  test('when it is switched off while the API server is away, or the node is down', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNode(sim);
      sim.crash(server);
      await node.configure(false);
      await sim.advance('1m');
      await node.node.stop();
      await startRegistry(node.node, false);
      await server.start();
      await sim.advance('1m');
      expect(cluster.get(NAME)?.annotations).toEqual(THEIRS);
    });
  });

  test('when it never was on nothing is asked at all', async () => {
    await simulate({}, async (sim) => {
      const { cluster } = await serveCluster(sim);
      cluster.put(NAME, { annotations: { 'cluster.talos.dev/node-id': 'of somebody else' } });
      await startRegistry(sim.node('node'), false);
      await sim.advance('1h');
      expect(cluster.calls).toEqual([]);
    });
  });

  test('when the node leaves: the signal is held until it is gone', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNode(sim);
      sim.crash(server);
      await node.of(MachineResetSignal).create('machine', {}, { metadata: { finalizers: [PUSH] } });
      await sim.advance('10s');
      expect((await node.of(MachineResetSignal).get('machine')).metadata.finalizers).toEqual([PUSH]);
      await server.start();
      await sim.advance('1m');
      expect(cluster.get(NAME)?.annotations).toEqual(THEIRS);
      expect((await node.of(MachineResetSignal).get('machine')).metadata.finalizers).toEqual([]);
    });
  });

  test('when the node is another one now, if it may change the former', async () => {
    for (const mayNot of [false, true]) {
      await simulate({}, async (sim) => {
        const { cluster, node } = await withNode(sim);
        cluster.put('there', {});
        if (mayNot) cluster.failures.push(403);
        await node.of(Affiliate).set(LOCAL, local({ nodename: 'there' }));
        await sim.tick();
        await node.of(Nodename).modify('nodename', (draft) => void (draft.nodename = 'there'));
        await sim.advance('1m');
        expect(cluster.get('there')?.annotations).toEqual(said());
        expect(cluster.get(NAME)?.annotations).toEqual(mayNot ? { ...THEIRS, ...said() } : THEIRS);
      });
    }
  });
});

test('a file that says nothing is no trace of annotations', async () => {
  await simulate({}, async (sim) => {
    const { cluster } = await serveCluster(sim);
    const machine = sim.node('node');
    await machine.host.files.makeDirectory('/state');
    await writeFileAtomically(machine.host.files, '/state/kubernetes-node.yaml', new Uint8Array([255, 10]));
    await startRegistry(machine, false);
    await sim.advance('1m');
    expect(cluster.calls).toEqual([]);
  });
});

describe('the status of the own Node', () => {
  test('is what Kubernetes tells, with the networks of its pods', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNode(sim);
      cluster.put(NAME, { labels: { role: 'db' }, podCIDRs: ['10.244.3.0/24', 'nonsense', 'fd00::/64'] });
      await sim.settle();
      const status = await node.spec(NodeStatus, NAME);
      expect(status).toMatchObject({ nodename: NAME, nodeReady: true, podCIDRs: ['10.244.3.0/24', 'fd00::/64'] });
      expect(status?.labels.get('role')).toBe('db');
      cluster.remove(NAME);
      await sim.settle();
      expect(await node.ids(NodeStatus)).toEqual([]);
    });
  });

  test('stays while the API server is away, over a crash of its controller too', async () => {
    await simulate({}, async (sim) => {
      const { server, node } = await withNode(sim);
      sim.crash(server);
      node.runtime.crash('k8s.NodeStatusController');
      await sim.advance('1h');
      expect(await node.ids(NodeStatus)).toEqual([NAME]);
      await node.configure(false);
      await sim.advance('1s');
      expect(await node.ids(NodeStatus)).toEqual([]);
    });
  });
});

async function withNode(sim: Simulation) {
  const { cluster, server } = await serveCluster(sim);
  cluster.put(NAME, { annotations: THEIRS });
  const node = await startRegistry(sim.node('node'));
  await sim.settle();
  return { cluster, server, node } satisfies { cluster: SimulatedCluster; node: RegistryNode; server: unknown };
}

/** The annotations of what this node says of itself, as they stand on a Node. */
function said(): Record<string, string> {
  return Object.fromEntries(Object.entries(annotationsOf(local())).filter(([, value]) => value !== ''));
}

async function statusOf(node: RegistryNode) {
  return node.spec(RegistryStatus, 'kubernetes/push');
}
