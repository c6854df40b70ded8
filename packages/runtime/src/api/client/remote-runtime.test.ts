import { HostnameStatus, Nodename, typeRegistry } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { weak } from '../../controller/ports.ts';
import { transform } from '../../controller/operators/transform.ts';
import { defineController } from '../../controller/loop.ts';
import { ControllerRuntime } from '../../controller/engine/runtime.ts';
import { collection } from '../../state/collection.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { stateService } from '../server/state-service.ts';
import { EncodeCache } from '../wire/encode-cache.ts';
import { remoteState } from './remote-state.ts';

const types = typeRegistry([HostnameStatus, Nodename]);

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

const nodenames = transform({
  name: 'NodenameController',
  input: HostnameStatus,
  output: Nodename,
  map: ({ metadata }) => metadata.id,
  transform: ({ metadata, spec }) => ({
    nodename: spec.hostname.toLowerCase(),
    hostnameVersion: String(metadata.version),
    skipNodeRegistration: false,
  }),
});

test.each(SEEDS)('controllers run on a state behind a network that breaks (seed %i)', async (seed) => {
  await simulate({ seed, faults: ['cut', 'refuse', 'delay', 'stall'] }, async (sim) => {
    const server = sim.node('server').host;
    const state = new MemoryState({ clock: server.clock, random: server.random, types });
    const service = stateService(state, { types, encodings: new EncodeCache(), pace: server.pace });
    await server.rpc.listen({ address: 'server:1' }, [service]);

    const { host, owner } = sim.node('client');
    const channel = host.rpc.connect({ address: 'server:1' }, { keepalive: { time: 10_000, timeout: 5000 } });
    const runtime = new ControllerRuntime({ state: remoteState(channel, { types, healing: { host } }), host, owner });
    runtime.register(nodenames);
    runtime.start();

    const hostnames = collection(state, HostnameStatus);
    for (let round = 0; round < 30; round += 1) {
      const id = String(sim.choose('id', 5));
      const known = await hostnames.find(id);
      if (known !== undefined && known.metadata.phase === 'running' && sim.choose('go', 3) === 0) {
        await hostnames.destroy(id);
      } else {
        await hostnames.set(id, { hostname: `Node-${round}`, domainname: '' });
      }
      await sim.advance(sim.choose('pause', 60_000));
    }
    sim.quiet();
    await sim.advance('1h');

    const wanted = (await hostnames.list()).map(({ metadata, spec }) => [metadata.id, spec.hostname.toLowerCase()]);
    const made = (await collection(state, Nodename).list()).map(({ metadata, spec }) => [metadata.id, spec.nodename]);
    expect(made).toEqual(wanted);
  });
});

test.each(SEEDS)(
  'a controller that begins anew takes nothing back before it knows what there is (seed %i)',
  async (seed) => {
    await simulate({ seed, faults: ['delay'] }, async (sim) => {
      const server = sim.node('server').host;
      const state = new MemoryState({ clock: server.clock, random: server.random, types });
      const service = stateService(state, { types, encodings: new EncodeCache(), pace: server.pace });
      await server.rpc.listen({ address: 'server:1' }, [service]);
      for (let node = 0; node < 20; node += 1) {
        await collection(state, HostnameStatus).create(`${node}`, { hostname: `N${node}`, domainname: '' });
      }
      const made = async () => (await collection(state, Nodename).list()).map(({ metadata }) => metadata);
      let before: Awaited<ReturnType<typeof made>> = [];
      for (let life = 0; life < 5; life += 1) {
        const node = sim.node(`client ${life}`);
        const channel = node.host.rpc.connect({ address: 'server:1' }, {});
        const remote = remoteState(channel, { types, healing: { host: node.host } });
        const runtime = new ControllerRuntime({ state: remote, host: node.host, owner: node.owner });
        runtime.register(nodenames);
        runtime.start();
        await sim.advance('10m');
        const after = await made();
        expect(after).toEqual(expect.arrayContaining(before));
        before = after;
        sim.crash(node);
      }
      expect(before).toHaveLength(20);
    });
  },
);

test.each(SEEDS)('a backend that lost everything is worked off by the difference (seed %i)', async (seed) => {
  await simulate({ seed, faults: ['cut', 'delay'] }, async (sim) => {
    const server = sim.node('server').host;
    const serve = async (state: MemoryState) =>
      server.rpc.listen({ address: 'server:1' }, [
        stateService(state, { types, encodings: new EncodeCache(), pace: server.pace }),
      ]);
    const newState = () => new MemoryState({ clock: server.clock, random: server.random, types });
    const { host, owner } = sim.node('client');
    const channel = host.rpc.connect({ address: 'server:1' }, { keepalive: { time: 10_000, timeout: 5000 } });
    const remote = remoteState(channel, { types, healing: { host } });
    const cachedKinds = sim.choose('cached', 2) === 1 ? [HostnameStatus, Nodename] : [];
    const runtime = new ControllerRuntime({ state: remote, host, owner, cachedKinds });
    runtime.register(nodenames);
    runtime.start();
    for (let life = 0; life < 4; life += 1) {
      // Bookmarks, versions and contents of the life before mean nothing here.
      const state = newState();
      for (let id = 0; id < 6; id += 1) {
        const [hostnames, names] = [collection(state, HostnameStatus), collection(state, Nodename)];
        if (sim.choose('is there', 2) === 1)
          await hostnames.create(`${id}`, { hostname: `L${life}-${id}`, domainname: '' });
        const left = { nodename: 'left', hostnameVersion: '', skipNodeRegistration: false };
        if (sim.choose('is left', 3) === 1) await names.create(`${id}`, left, { owner: 'NodenameController' });
      }
      const listener = await serve(state);
      await sim.advance(sim.choose('up', 5000));
      if (life === 3) sim.quiet();
      if (life === 3) await sim.advance('1h');
      else await listener.close(0);
      if (life < 3) continue;
      const made = (await collection(state, Nodename).list()).map(({ metadata, spec }) => [metadata.id, spec.nodename]);
      const wanted = (await collection(state, HostnameStatus).list()).map(({ metadata, spec }) => [
        metadata.id,
        spec.hostname.toLowerCase(),
      ]);
      expect(made).toEqual(wanted);
    }
  });
});

test('a controller whose reconcile is atomic is refused, with the reason: a server has no transactions', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('client');
    const channel = host.rpc.connect({ address: 'server:1' });
    const runtime = new ControllerRuntime({ state: remoteState(channel, { types, healing: { host } }), host, owner });
    const atomic = defineController({
      name: 'atomic',
      atomic: true,
      ports: { hostnames: weak(HostnameStatus) },
      reconcile: () => Promise.resolve(),
    });
    expect(() => runtime.register(atomic)).toThrow('controller "atomic" is atomic, and the state has no transactions');
  });
});
