import { Buffer } from 'node:buffer';
import { Affiliate, type Resource } from '@cosi-ts/resources';
import type { ChangesCursor } from '@cosi-ts/core';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { affiliateOf } from '../../cluster/affiliate.fixture.ts';
import { UNCONFIRMED } from '../../cluster/unconfirmed.ts';
import { A, B, type Running } from '../../controllers.fixture.ts';
import { DISCOVERY_SERVICE_CONTROLLER } from './discovery-service.ts';
import { at, configure, join, publish, RAW, serve, startRegistry, TTL } from './service.fixture.ts';

const CACHE = '/state/discovery-cache-service.binpb';

describe('a client that is replaced', () => {
  test('leaves the affiliates as they are until the new service has told', async () => {
    await simulate({}, async (sim) => {
      const { node, peers } = await withPeers(sim);
      await serve(sim.node('elsewhere'));
      publish(join(sim.node('a elsewhere'), A, { endpoint: 'elsewhere:3000' }), affiliateOf(A));
      await sim.settle();
      const events = follow(node);
      await configure(node, [at('service', 'elsewhere')]);
      await sim.advance('10s');
      expect(await node.ids(RAW)).toEqual([`service/${A}`, `service/${B}`]);
      expect(await marks(node)).toEqual([undefined, 'true']);
      await sim.advance(TTL);
      // B never came to the other service.
      expect(events).toEqual([`+service/${B}`, `-service/${B}`]);
      expect(await node.ids(RAW)).toEqual([`service/${A}`]);
      expect(peers).toHaveLength(2);
    });
  });

  test('keeps them over an outage of the new service, for the TTL', async () => {
    await simulate({}, async (sim) => {
      const { node } = await withPeers(sim);
      const events = follow(node);
      await configure(node, [at('service', 'nowhere')]);
      await sim.advance(TTL - 1000);
      expect(events).toEqual([]);
      await sim.advance(2000);
      expect(events.toSorted()).toEqual([`-service/${A}`, `-service/${B}`]);
    });
  });

  test('takes nothing into another cluster, nor under another secret', async () => {
    for (const other of [{ clusterId: 'other' }, { key: Buffer.alloc(32, 3) }]) {
      await simulate({}, async (sim) => {
        const { node } = await withPeers(sim);
        await configure(node, [at('service', 'nowhere')], other);
        await sim.advance(10);
        expect(await node.ids(RAW)).toEqual([]);
      });
    }
  });
});

test('a controller that starts anew takes nothing back before the services have told', async () => {
  await simulate({}, async (sim) => {
    const { node } = await withPeers(sim);
    const events = follow(node);
    node.runtime.crash(DISCOVERY_SERVICE_CONTROLLER);
    await sim.advance('10s');
    expect(events).toEqual([]);
  });
});

test('what an earlier run of the controller left is removed once the services have told', async () => {
  await simulate({}, async (sim) => {
    const { node, peers } = await withPeers(sim);
    node.runtime.crash(DISCOVERY_SERVICE_CONTROLLER);
    await peers[0]?.deleteLocal();
    await sim.advance('1s');
    expect(await node.ids(RAW)).toEqual([`service/${B}`]);
  });
});

describe('a node that boots while the service is away', () => {
  test('finds its peers, marked as unconfirmed until the service is back', async () => {
    await simulate({}, async (sim) => {
      const { service, node } = await withPeers(sim);
      await sim.advance('3s');
      sim.crash(service);
      sim.crash(node.node);
      const again = await startRegistry(node.node);
      await sim.advance('1s');
      expect(await again.ids(RAW)).toEqual([`service/${A}`, `service/${B}`]);
      expect(await marks(again)).toEqual(['true', 'true']);
      await serve(service);
      await sim.advance('2m');
      expect(await again.ids(RAW)).toEqual([`service/${A}`, `service/${B}`]);
      expect(await marks(again)).toEqual([undefined, undefined]);
    });
  });

  test('takes a node as confirmed that any service tells of', async () => {
    await simulate({}, async (sim) => {
      const one = await serve(sim.node('one'));
      await serve(sim.node('two'));
      const services = [at('one'), at('two')];
      const node = await startRegistry(sim.node('node'), services);
      for (const endpoint of ['one:3000', 'two:3000']) {
        publish(join(sim.node(`a at ${endpoint}`), A, { endpoint }), affiliateOf(A, { hostname: endpoint }));
      }
      publish(join(sim.node('b'), B, { endpoint: 'one:3000' }), affiliateOf(B));
      await sim.advance('3s');
      sim.crash(one);
      sim.crash(node.node);
      const again = await startRegistry(node.node, services);
      await sim.advance('3s');
      expect(await marks(again)).toEqual([undefined, 'true']);
      expect((await again.spec(RAW, `service/${A}`))?.hostname).toBe('two:3000');
    });
  });
});

describe('what is kept for a restart', () => {
  const cached = async ({ host }: SimNode) =>
    (await host.files.list('/state')).filter((file) => file.includes('cache'));

  test('is a file for each service, and gone with it', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('one'));
      await serve(sim.node('two'));
      const services = [at('one'), { ...at('two'), name: 'legacy' }, { ...at('two'), name: 'a/b c' }];
      const node = await startRegistry(sim.node('node'), services);
      for (const endpoint of ['one:3000', 'two:3000']) {
        publish(join(sim.node(endpoint), A, { endpoint }), affiliateOf(A));
      }
      await sim.advance('5s');
      const files = ['discovery-cache-a%2Fb%20c.binpb', 'discovery-cache-one.binpb', 'discovery-cache.binpb'];
      expect(await cached(node.node)).toEqual(files);
      await configure(node, [at('one')]);
      await sim.advance('5s');
      expect(await cached(node.node)).toEqual(['discovery-cache-one.binpb']);
      await configure(node, []);
      await sim.advance('5s');
      expect(await cached(node.node)).toEqual([]);
    });
  });

  test('is gone too if the registry was switched off while the node was down', async () => {
    await simulate({}, async (sim) => {
      const { node } = await withPeers(sim);
      await sim.advance('3s');
      expect(await node.node.host.files.read(CACHE)).toBeDefined();
      await node.node.stop();
      await startRegistry(node.node, []);
      await sim.settle();
      expect(await cached(node.node)).toEqual([]);
    });
  });
});

async function withPeers(sim: Simulation) {
  const service = await serve(sim.node('service'));
  const node = await startRegistry(sim.node('node'));
  const peers = [A, B].map((id) => join(sim.node(id), id));
  publish(peers[0] as (typeof peers)[0], affiliateOf(A));
  publish(peers[1] as (typeof peers)[0], affiliateOf(B));
  await sim.settle();
  expect(await node.ids(RAW)).toEqual([`service/${A}`, `service/${B}`]);
  return { service, node, peers };
}

/** Every write to the raw affiliates from now on: `+id`, or `-id` for one that began to go, or went. */
function follow({ state }: Running): readonly string[] {
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

async function marks(node: Running): Promise<readonly (string | undefined)[]> {
  const all = await node.of(Affiliate.in('cluster-raw')).list();
  return all.map(({ metadata }) => metadata.annotations.get(UNCONFIRMED));
}
