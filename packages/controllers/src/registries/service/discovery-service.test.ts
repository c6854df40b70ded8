import { Bytes } from '@cosi-ts/core';
import { DiscoveryClient, startDiscoveryService } from '@cosi-ts/discovery';
import {
  Affiliate,
  DiscoveryConfig,
  Identity,
  MachineResetSignal,
  typeRegistry,
  type AffiliateSpec,
  type DiscoveryConfigSpec,
} from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection } from '@cosi-ts/runtime';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { affiliateToMessage } from './affiliate-message.ts';
import { DISCOVERY_SERVICE_CONTROLLER as NAME, discoveryServiceController } from './discovery-service.ts';
import { ServiceClients } from './service-clients.ts';

const TTL = 60_000;
const ENDPOINT = { name: 'default', endpoint: 'service:3000', insecure: true };
const KEY = new Uint8Array(32).fill(1);
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

describe('raw affiliates', () => {
  test.each(['crash', 'another endpoint'] as const)('do not flap when the client begins anew: %s', async (why) => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { node, peer } = await twoNodes(sim);
        const before = await node.rawAsTold();
        await pass(sim, sim.choose('steps', 30));
        if (why === 'crash') node.runtime.crash(NAME);
        else await node.configure({ ...config(), serviceEndpoints: [{ ...ENDPOINT, endpoint: 'other-name:3000' }] });
        await pass(sim, sim.choose('steps', 30));
        expect(await node.raw()).toEqual(['service/peer']);
        await sim.advance('5s');
        expect(await node.rawAsTold()).toEqual(before);
        await peer.deleteLocal();
        await sim.settle();
        expect(await node.raw()).toEqual([]);
      });
    }
  });

  test('go that went while the client began anew', async () => {
    await simulate({}, async (sim) => {
      const { node, peer } = await twoNodes(sim);
      node.runtime.crash(NAME);
      await peer.deleteLocal();
      await sim.advance(TTL);
      expect(await node.raw()).toEqual([]);
    });
  });

  test('outlive a service that is away by the TTL, although the client began anew', async () => {
    await simulate({}, async (sim) => {
      const { node, service } = await twoNodes(sim);
      sim.crash(service);
      await sim.advance('1s');
      node.runtime.crash(NAME);
      await sim.advance(TTL - 5000);
      expect(await node.raw()).toEqual(['service/peer']);
      await sim.advance('5s');
      expect(await node.raw()).toEqual([]);
    });
  });

  test.each([
    ['another cluster', { serviceClusterID: 'other' }],
    ['another secret', { serviceEncryptionKey: Bytes.from(new Uint8Array(32).fill(7)) }],
    ['no service', { serviceEndpoints: [] }],
  ])('go at once with their cluster: %s', async (_why, change) => {
    await simulate({}, async (sim) => {
      const { node, service } = await twoNodes(sim);
      sim.crash(service);
      await node.configure({ ...config(), ...change });
      await sim.advance(1);
      expect(await node.raw()).toEqual([]);
    });
  });

  test('that an earlier run was about to destroy are written again', async () => {
    await simulate({}, async (sim) => {
      const { node, peer } = await twoNodes(sim);
      const raw = collection(node.state, Affiliate.in('cluster-raw'));
      await raw.addFinalizer('service/peer', 'holder');
      await peer.deleteLocal();
      await sim.until('it is torn down', () => node.rawPhase('service/peer') === 'tearingDown');
      node.runtime.crash(NAME);
      peer.setLocalData(affiliateToMessage(affiliate('peer')));
      await sim.advance('5s');
      await raw.removeFinalizer('service/peer', 'holder');
      await sim.advance(1);
      expect((await raw.get('service/peer')).metadata.phase).toBe('running');
    });
  });
});

describe('the goodbye', () => {
  test.each(SEEDS)('reaches the service, wherever the controller crashes (seed %i)', async (seed) => {
    await simulate({ seed }, async (sim) => {
      const { node, peer } = await twoNodes(sim);
      expect(peer.affiliates.size).toBe(1);
      const signals = collection(node.state, MachineResetSignal);
      await signals.create('machine', {}, { metadata: { finalizers: [NAME] } });
      await pass(sim, sim.choose('steps', 20));
      node.runtime.crash(NAME);
      await sim.until('it is confirmed', () => node.isReleased());
      await sim.settle();
      expect(peer.affiliates.size).toBe(0);
    });
  });
});

test('the goodbye of a node that has just started waits until it knows whom to tell', async () => {
  await simulate({}, async (sim) => {
    const { node, peer } = await twoNodes(sim);
    sim.crash(node.sim);
    const again = start(node.sim);
    again.runtime.start();
    await collection(again.state, MachineResetSignal).create('machine', {}, { metadata: { finalizers: [NAME] } });
    await sim.advance('1s');
    expect([again.isReleased(), peer.affiliates.size]).toEqual([false, 1]);
    await collection(again.state, Identity).create('local', { nodeId: 'node' });
    await again.configure(config());
    await sim.settle();
    expect([again.isReleased(), peer.affiliates.size]).toEqual([true, 0]);
  });
});

describe('a secret of a wrong length', () => {
  const wrong = { ...config(), serviceEncryptionKey: Bytes.from(new Uint8Array(31)) };

  test('is reported, and tried again until it is right', async () => {
    await simulate({}, async (sim) => {
      const { node } = await twoNodes(sim);
      await node.configure(wrong);
      await sim.advance('1m');
      const errors = sim.log.filter(
        ({ level, fields }) => level === 'error' && String(fields['error']).includes('key'),
      );
      expect(errors.length).toBeGreaterThan(3);
      await node.configure(config());
      await sim.advance('5s');
      expect(await node.raw()).toEqual(['service/peer']);
    });
  });

  test('leaves nothing behind', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const ignore = (): void => undefined;
      const told = { onAffiliates: ignore, onStatus: ignore, onTold: ignore };
      const clients = new ServiceClients({ host, owner, ttl: TTL, clientVersion: '', directory: '/', ...told });
      await expect(clients.reconcile(wrong, 'node')).rejects.toThrow('key');
      expect(owner.liveCount).toBe(0);
    });
  });
});

function config(): DiscoveryConfigSpec {
  return {
    discoveryEnabled: false,
    registryKubernetesEnabled: false,
    registryServiceEnabled: true,
    serviceEndpoint: ENDPOINT.endpoint,
    serviceEndpointInsecure: true,
    serviceEncryptionKey: Bytes.from(KEY),
    serviceClusterID: 'cluster',
    serviceEndpoints: [ENDPOINT],
  };
}

/** A node with this controller alone, a service, and a peer; both know each other. */
async function twoNodes(sim: Simulation) {
  const service = sim.node('service', {
    program: async ({ host, owner }) => {
      await startDiscoveryService({ host, owner, address: ':3000', gcInterval: 1000 });
    },
    addresses: ['10.9.0.1', 'other-name'],
  });
  await service.start();
  const { host, owner } = sim.node('peer');
  const options = { endpoint: ENDPOINT.endpoint, insecure: true, clusterId: 'cluster', affiliateId: 'peer', key: KEY };
  const peer = new DiscoveryClient({ host, owner, ttl: TTL, ...options });
  peer.setLocalData(affiliateToMessage(affiliate('peer')));
  const node = start(sim.node('node'));
  await collection(node.state, Identity).create('local', { nodeId: 'node' });
  await collection(node.state, Affiliate).create('node', affiliate('node'));
  await node.configure(config());
  node.runtime.start();
  await sim.advance('2s');
  expect(await node.raw()).toEqual(['service/peer']);
  return { service, peer, node };
}

function start(sim: SimNode) {
  const { host, owner } = sim;
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  runtime.register(
    discoveryServiceController({ host, os: { name: 'Talos', version: 'v1.3.0' }, ttl: TTL, directory: '/' }),
  );
  const raw = collection(state, Affiliate.in('cluster-raw'));
  const phases = new Map<string, string>();
  const cursor = state.changes(Affiliate.in('cluster-raw'));
  const follow = (): void => {
    for (const { key, value } of cursor.pull()?.changed ?? []) phases.set(key, value?.metadata.phase ?? 'gone');
    cursor.onReady(follow);
  };
  cursor.onReady(follow);
  let isReleased = false;
  const signals = state.changes(MachineResetSignal);
  const listen = (): void => {
    for (const { value } of signals.pull()?.changed ?? []) isReleased = value?.metadata.finalizers.length === 0;
    signals.onReady(listen);
  };
  signals.onReady(listen);
  return {
    sim,
    state,
    runtime,
    owner,
    configure: (spec: DiscoveryConfigSpec) => collection(state, DiscoveryConfig).set('cluster', spec),
    raw: async () => (await raw.list()).map(({ metadata }) => metadata.id),
    /** Not their annotations: they may be unconfirmed for a while. */
    rawAsTold: async () => (await raw.list()).map(({ metadata: { id, created }, spec }) => ({ id, created, spec })),
    rawPhase: (id: string) => phases.get(id),
    isReleased: () => isReleased,
  };
}

function affiliate(nodeId: string): AffiliateSpec {
  return Affiliate.spec.fromPlain({
    nodeId,
    hostname: nodeId,
    nodename: nodeId,
    machineType: 'worker',
  });
}

async function pass(sim: Simulation, steps: number): Promise<void> {
  let left = steps;
  await sim.until(`${steps} steps`, () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
}
