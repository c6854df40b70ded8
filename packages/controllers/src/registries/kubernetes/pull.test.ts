import type { ChangesCursor } from '@cosi-ts/core';
import { RegistryStatus, Nodename, Identity, type RegistryStatusSpec, type Resource } from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { LOCAL, nodeOf, RAW, serveCluster, startRegistry, type RegistryNode } from './registry.fixture.ts';

const PULL = 'cluster.KubernetesPullController';

describe('the other Nodes', () => {
  test('are raw affiliates, as they come, change and go', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a', 'b');
      expect(await node.ids(RAW)).toEqual(['k8s/a', 'k8s/b']);
      cluster.put('node-c', nodeOf('c'));
      cluster.put('node-b', nodeOf('b', '10.0.0.9'));
      cluster.remove('node-a');
      await sim.settle();
      expect(await node.ids(RAW)).toEqual(['k8s/b', 'k8s/c']);
      expect(await node.spec(RAW, 'k8s/b')).toMatchObject({
        nodeId: 'b',
        nodename: 'node-b',
        hostname: 'b',
        addresses: ['10.0.0.9'],
        operatingSystem: 'Talos (v1.3.0)',
        machineType: 'worker',
      });
    });
  });

  test('are read in pages, and a change costs one of them', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, ...Array.from({ length: 250 }, (_, at) => `n${at}`));
      expect(await node.ids(RAW)).toHaveLength(250);
      // Three pages of all, one of the own Node.
      expect(cluster.calls.filter((call) => call === 'list')).toHaveLength(4);
      const events = follow(node);
      cluster.put('node-n7', nodeOf('n7', '10.0.0.9'));
      await sim.settle();
      expect(events).toEqual(['+k8s/n7']);
    });
  });

  test('that do not speak of an affiliate are none', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.put('node-b', {});
      cluster.put('node-a', { annotations: { 'cluster.talos.dev/node-id': '' } });
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([]);
    });
  });

  test('are not this one: neither under its name, nor under one that it had', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.put('old', nodeOf(LOCAL));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual(['k8s/a']);
      await node.of(Nodename).modify('nodename', (draft) => void (draft.nodename = 'node-a'));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([]);
      await node.of(Identity).set('local', { nodeId: 'somebody' });
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([`k8s/${LOCAL}`]);
    });
  });

  test('may be two that speak of one affiliate: it goes with the last', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.put('node-z', nodeOf('a', '10.0.0.9'));
      await sim.settle();
      expect((await node.spec(RAW, 'k8s/a'))?.nodename).toBe('node-z');
      cluster.remove('node-z');
      await sim.settle();
      expect((await node.spec(RAW, 'k8s/a'))?.nodename).toBe('node-a');
      cluster.put('node-a', nodeOf('b'));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual(['k8s/b']);
    });
  });
});

describe('the registry switched off', () => {
  test('leaves no raw affiliate, and no status; switched on again it has all of them', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a', 'b');
      await node.configure(false);
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([]);
      expect(await node.ids(RegistryStatus)).toEqual([]);
      const calls = cluster.calls.length;
      await sim.advance('1h');
      expect(cluster.calls).toHaveLength(calls);
      await node.configure(true);
      await sim.settle();
      expect(await node.ids(RAW)).toEqual(['k8s/a', 'k8s/b']);
    });
  });

  test('leaves nothing that lives, however often', async () => {
    await simulate({}, async (sim) => {
      const { node } = await withNodes(sim, 'a');
      const before = [node.owner.liveCount, node.access.watching.size];
      for (let round = 0; round < 50; round += 1) {
        await node.configure(false);
        if (round % 2 === 0) await sim.settle();
        await node.configure(true);
        if (round % 3 === 0) await sim.settle();
      }
      await sim.settle();
      expect([node.owner.liveCount, node.access.watching.size]).toEqual(before);
      expect(await node.ids(RAW)).toEqual(['k8s/a']);
      await node.configure(false);
      await sim.settle();
      expect(node.access.watching.size).toBe(0);
    });
  });
});

describe('what Nodes say, whatever it is,', () => {
  test('is taken for data, and hides nobody else', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      const ids = [' ', '../../etc', '\u0000\u001b[31m', '__proto__', 'x'.repeat(200_000)];
      for (const [at, id] of ids.entries()) cluster.put(`hostile-${at}`, nodeOf(id, 'nonsense,10.0.0.2,::/-1'));
      cluster.put('hostile', nodeOf(LOCAL, '10.6.6.6'));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual(['a', ...ids].map((id) => `k8s/${id}`).sort());
      for (const id of ids) expect(await node.spec(RAW, `k8s/${id}`)).toMatchObject({ addresses: ['10.0.0.2'] });
      expect(await statusOf(node)).toMatchObject({ state: 'connected', affiliates: 6 });
    });
  });
});

describe('what is known', () => {
  test('stays while the API server is away, however long, and follows it when it is back', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNodes(sim, 'a', 'b');
      const events = follow(node);
      sim.crash(server);
      await sim.advance('2h');
      expect(events).toEqual([]);
      expect(await statusOf(node)).toMatchObject({ state: 'failing', affiliates: 2 });
      cluster.remove('node-a');
      cluster.put('node-c', nodeOf('c'));
      await server.start();
      await sim.advance('1m');
      expect(events.toSorted()).toEqual(['+k8s/c', '-k8s/a']);
      expect(await statusOf(node)).toEqual({
        state: 'connected',
        endpoint: 'https://kubernetes:6443',
        affiliates: 2,
        message: '',
      });
    });
  });

  test('stays as long as a controller that begins anew knows nothing better', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNodes(sim, 'a', 'b');
      const events = follow(node);
      sim.crash(server);
      node.runtime.crash(PULL);
      await sim.advance('1h');
      expect(events).toEqual([]);
      cluster.remove('node-a');
      await server.start();
      await sim.advance('1m');
      expect(events).toEqual(['-k8s/a']);
    });
  });

  test.each([
    ['is compacted', 'compaction'],
    ['breaks off in the middle of an event', '{"type":"MODIFIED","object":{"metad'],
    ['says something that nobody knows', '{"type":"PAUSED","object":{}}'],
    ['says that it ended', '{"type":"ERROR","object":{"code":500,"message":"etcdserver: leader changed"}}'],
  ])('is right again after a watch %s', async (_, what) => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNodes(sim, 'a', 'b');
      const events = follow(node);
      sim.crash(server);
      cluster.remove('node-a');
      if (what === 'compaction') cluster.compact();
      else cluster.garbage.push(what);
      cluster.put('node-c', nodeOf('c'));
      await server.start();
      await sim.advance('30s');
      expect(events.toSorted()).toEqual(['+k8s/c', '-k8s/a']);
      expect(await statusOf(node)).toMatchObject({ state: 'connected' });
    });
  });

  test('is listed anew only where the watch cannot go on', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server } = await withNodes(sim, 'a', 'b');
      const lists = (): number => cluster.calls.filter((call) => call === 'list').length;
      const before = lists();
      for (const status of [500, 503, 429]) cluster.failures.push(status);
      sim.crash(server);
      await server.start();
      await sim.advance('1h');
      expect(lists()).toBe(before);
      // The history of another cluster, as the own one after a restore, is shorter.
      cluster.failures.push(504);
      sim.crash(server);
      await server.start();
      await sim.advance('1m');
      expect(lists()).toBe(before + 1);
    });
  });

  test('goes on behind the last event, and a Node that says the same again is no news', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server, node } = await withNodes(sim, 'a');
      cluster.put('node-b', nodeOf('b'));
      await sim.settle();
      const lists = cluster.calls.filter((call) => call === 'list').length;
      const watched = cluster.since.length;
      const last = cluster.versionOf('node-b');
      sim.crash(server);
      await server.start();
      await sim.advance('1m');
      expect(cluster.since.slice(watched).map(Number)).toContain(last);
      expect(cluster.calls.filter((call) => call === 'list')).toHaveLength(lists);
      const raw = await node.of(RAW).get('k8s/b');
      cluster.put('node-b', nodeOf('b'));
      await sim.settle();
      expect(await node.of(RAW).get('k8s/b')).toBe(raw);
    });
  });

  test('is right again after a watch that fell silent', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.isSilent = true;
      cluster.put('node-b', nodeOf('b'));
      await sim.advance('2m');
      expect(await node.ids(RAW)).toEqual(['k8s/a']);
      cluster.isSilent = false;
      await sim.advance('1m');
      expect(await node.ids(RAW)).toEqual(['k8s/a', 'k8s/b']);
    });
  });

  test('costs one call now and then as long as nothing happens', async () => {
    await simulate({}, async (sim) => {
      const { cluster } = await withNodes(sim, 'a');
      const before = cluster.calls.length;
      await sim.advance('1h');
      const calls = cluster.calls.slice(before);
      expect(new Set(calls)).toEqual(new Set(['watch']));
      // Two watches, each for five to seven and a half minutes.
      expect(calls.length).toBeLessThan(28);
    });
  });

  test('is of the cluster that the kubeconfig leads to now', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      const before = cluster.calls.filter((call) => call === 'list').length;
      node.access.changed();
      await sim.settle();
      expect(cluster.calls.filter((call) => call === 'list').length).toBeGreaterThan(before);
      expect(await node.ids(RAW)).toEqual(['k8s/a']);
    });
  });
});

describe('a kubeconfig', () => {
  test('that leads to no API server is one failing status, and one line', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.nonsense = '<html>Welcome!</html>';
      node.runtime.crash(PULL);
      await sim.advance('10m');
      const message = 'the API server sent broken JSON';
      expect(await statusOf(node)).toMatchObject({ state: 'failing', endpoint: 'https://kubernetes:6443', message });
      const lines = sim.log.filter(({ fields, level }) => level === 'warn' && fields['controller'] === PULL);
      expect(lines.map(({ fields }) => fields['error'])).toEqual([message]);
      expect(await node.ids(RAW)).toEqual(['k8s/a']);
      cluster.nonsense = undefined;
      await sim.advance('1m');
      expect(await statusOf(node)).toMatchObject({ state: 'connected' });
    });
  });

  test('whose directory came later than the node is followed, too', async () => {
    await simulate({}, async (sim) => {
      const { cluster, server } = await serveCluster(sim);
      sim.crash(server);
      const node = await startRegistry(sim.node('node'), true, false);
      await sim.advance('1m');
      node.access.isWatchable = true;
      await server.start();
      await sim.advance('1m');
      const before = cluster.calls.filter((call) => call === 'list').length;
      node.access.changed();
      await sim.settle();
      // The own Node, and all.
      expect(cluster.calls.filter((call) => call === 'list')).toHaveLength(before + 2);
    });
  });
});

describe('a refused pull', () => {
  test('is one status, and one line, that name the missing right and the command; granted it works', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.forbidden.add('list');
      node.runtime.crash(PULL);
      await sim.advance('10m');
      const status = await statusOf(node);
      expect(status).toEqual({
        state: 'refused',
        endpoint: 'https://kubernetes:6443',
        affiliates: 0,
        message: expect.stringMatching(/may not list nodes.*`cosi gen kubernetes-access`.*nodes is forbidden/),
      });
      const lines = sim.log.filter(({ fields, level }) => level === 'warn' && fields['controller'] === PULL);
      expect(lines.map(({ fields }) => fields['error'])).toEqual([status?.message]);
      const version = (await node.of(RegistryStatus).get('kubernetes/pull')).metadata.version;
      await sim.advance('10m');
      expect((await node.of(RegistryStatus).get('kubernetes/pull')).metadata.version).toBe(version);
      cluster.forbidden.clear();
      await sim.advance('1m');
      expect(await statusOf(node)).toMatchObject({ state: 'connected', affiliates: 1 });
    });
  });

  test('may be one of the watch alone', async () => {
    await simulate({}, async (sim) => {
      const { cluster, node } = await withNodes(sim, 'a');
      cluster.forbidden.add('watch');
      node.runtime.crash(PULL);
      await sim.advance('1m');
      expect((await statusOf(node))?.message).toMatch(/may not watch nodes/);
    });
  });
});

async function withNodes(sim: Simulation, ...ids: readonly string[]) {
  const { cluster, server } = await serveCluster(sim);
  for (const id of ids) cluster.put(`node-${id}`, nodeOf(id));
  cluster.put('here', {});
  const node = await startRegistry(sim.node('node'));
  await sim.settle();
  return { cluster, server, node };
}

async function statusOf(node: RegistryNode): Promise<RegistryStatusSpec | undefined> {
  return node.spec(RegistryStatus, 'kubernetes/pull');
}

/** Every write to the raw affiliates from now on: `+id`, or `-id` for one that went. */
function follow({ state }: RegistryNode): readonly string[] {
  const events: string[] = [];
  const cursor: ChangesCursor<Resource> = state.changes(RAW, state.position);
  const next = (): void => {
    for (const { key, value } of cursor.pull()?.changed ?? []) {
      const event = `${value?.metadata.phase === 'running' ? '+' : '-'}${key}`;
      if (event !== events.at(-1)) events.push(event);
    }
    cursor.onReady(next);
  };
  cursor.onReady(next);
  return events;
}
