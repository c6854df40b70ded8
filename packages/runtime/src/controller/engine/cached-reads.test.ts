import { HostnameStatus, Nodename, typeRegistry } from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import * as prometheus from 'prom-client';
import { describe, expect, test } from 'vitest';
import { remoteState } from '../../api/client/remote-state.ts';
import { stateService } from '../../api/server/state-service.ts';
import { EncodeCache } from '../../api/wire/encode-cache.ts';
import { collection } from '../../state/collection.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { defineController } from '../loop.ts';
import { prometheusObserver } from '../metrics/prometheus.ts';
import { exclusive, primary, weak, type OutputPort } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { ControllerRuntime, type ControllerRuntimeOptions } from './runtime.ts';

const types = typeRegistry([HostnameStatus, Nodename]);

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

/** A state on a server, and a runtime elsewhere that reads both kinds from what is at hand. */
async function behindTheNetwork(sim: Simulation, options: Partial<ControllerRuntimeOptions> = {}) {
  const server = sim.node('server').host;
  const state = new MemoryState({ clock: server.clock, random: server.random, types });
  const asked: string[] = [];
  const service = stateService(state, {
    types,
    encodings: new EncodeCache(),
    pace: server.pace,
    access:
      () =>
      ({ verb, type }) =>
        void asked.push(`${verb} ${type}`),
  });
  await server.rpc.listen({ address: 'server:1' }, [service]);
  const { host, owner } = sim.node('client');
  const channel = host.rpc.connect({ address: 'server:1' }, { keepalive: { time: 10_000, timeout: 5000 } });
  const remote = remoteState(channel, { types, healing: { host } });
  const runtime = new ControllerRuntime({
    state: remote,
    host,
    owner,
    cachedKinds: [HostnameStatus, Nodename],
    ...options,
  });
  return {
    state,
    asked,
    runtime,
    hostnames: collection(state, HostnameStatus),
    names: collection(state, Nodename),
  };
}

interface Name {
  readonly nodename: string;
  readonly hostnameVersion: string;
  readonly skipNodeRegistration: boolean;
}

const name = (text: string): Name => ({ nodename: text, hostnameVersion: '', skipNodeRegistration: false });
const hostname = (text: string) => ({ hostname: text, domainname: '' });

/** Writes now and then, and notes where what is read afterwards is older than that. */
function suspicious(sim: Simulation, state: MemoryState) {
  const stale: string[] = [];
  let writes = 0;
  /** By id, what there was when the last write ended, well or not: nobody else writes. */
  const floors = new Map<string, number>();

  const versionNow = async (id: string): Promise<number> => {
    const found = await state.find(Nodename.pointer(id));
    return found === undefined ? 0 : Number((found.spec as Name).nodename);
  };

  const isOld = (read: Name | undefined, floor: number): boolean =>
    floor === 0 ? read !== undefined : Number(read?.nodename ?? 0) < floor;

  return {
    stale,
    writes: () => writes,
    async write(names: OutputPort<Name>, id: string): Promise<void> {
      writes += 1;
      const how = sim.choose('how', 6);
      try {
        if (how === 0) await names.destroy(id);
        else if (how === 1) await names.remove(id);
        else await names.set(id, name(`${writes}`));
      } finally {
        floors.set(id, await versionNow(id));
      }
    },
    async check(names: OutputPort<Name>): Promise<void> {
      for (const [id, floor] of floors) {
        const [found, listed] = [await names.find(id), await names.list()];
        const inList = listed.find(({ metadata }) => metadata.id === id);
        if (isOld(found?.spec, floor)) stale.push(`find ${id}: ${found?.spec.nodename} < ${floor}`);
        if (isOld(inList?.spec, floor)) stale.push(`list ${id}: ${inList?.spec.nodename} < ${floor}`);
      }
    },
  };
}

describe('a controller that reads from what is at hand', () => {
  test.each(['loop', 'queue'] as const)('never sees less than it wrote, told of it or not: %s', async (style) => {
    let written = 0;
    for (const seed of SEEDS) {
      await simulate({ seed, faults: ['delay', 'cut', 'stall'] }, async (sim) => {
        const { state, runtime, hostnames } = await behindTheNetwork(sim);
        const { stale, writes, write, check } = suspicious(sim, state);
        const work = async (names: OutputPort<Name>): Promise<void> => {
          await check(names);
          try {
            await write(names, `${sim.choose('id', 2)}`);
          } finally {
            await check(names);
          }
        };
        runtime.register(
          style === 'loop'
            ? defineController({
                name: 'writes',
                ports: { hostnames: weak(HostnameStatus), names: exclusive(Nodename) },
                reconcile: ({ names }) => work(names),
              })
            : defineQueueController({
                name: 'writes',
                ports: { hostnames: primary(HostnameStatus), names: exclusive(Nodename) },
                reconcile: ({ names }) => work(names),
              }),
        );
        runtime.start();
        for (let round = 0; round < 15; round += 1) {
          await hostnames.set('x', hostname(`${round}`));
          await sim.advance(sim.choose('pause', 3000));
        }
        sim.quiet();
        await sim.advance('10m');
        expect(stale).toEqual([]);
        written += writes();
      });
    }
    expect(written).toBeGreaterThan(SEEDS.length * 5);
  });

  test('asks nobody for what it reads; its uncached reads ask, and are told of', async () => {
    await simulate({ faults: ['delay'] }, async (sim) => {
      const registry = new prometheus.Registry();
      const observer = prometheusObserver(prometheus, registry);
      const { state, asked, runtime, hostnames, names } = await behindTheNetwork(sim, {
        observer,
        warnUncachedReads: true,
      });
      const seen: string[] = [];
      for (const id of ['a', 'b']) await hostnames.create(id, hostname(id));
      runtime.register(
        defineController({
          name: 'reads',
          ports: {
            hostnames: weak(HostnameStatus),
            one: weak(HostnameStatus.in('other'), { id: 'x' }),
            names: exclusive(Nodename),
          },
          async reconcile({ hostnames, one, names }) {
            const ids = (await hostnames.list()).map(({ metadata }) => metadata.id);
            const uncached = [await hostnames.uncached.list(), [await hostnames.uncached.get('a')]];
            seen.push([ids, ...uncached.map((all) => all.map(({ metadata }) => metadata.id))].join(' '));
            seen.push(await one.uncached.list().then(String, (thrown: unknown) => (thrown as Error).message));
            await names.find('x');
          },
        }),
      );
      runtime.start();
      await sim.advance('1m');
      const refused =
        'attempt to query resource "other"/"HostnameStatuses.net.talos.dev", not input or output for controller "reads"';
      expect(seen).toEqual(['a,b a,b a', refused]);
      expect(asked.filter((verb) => !verb.startsWith('watch'))).toEqual([
        `list ${HostnameStatus.type}`,
        `get ${HostnameStatus.type}`,
      ]);
      const text = await registry.metrics();
      expect(text).toContain('controller_reads{controller="reads"} 3');
      expect(text).toContain('cached_resources{resource_type="HostnameStatuses.net.talos.dev"} 2');
      expect(text).toContain('cached_resources{resource_type="Nodenames.kubernetes.talos.dev"} 0');
      const warned = sim.log
        .filter(({ level }) => level === 'warn')
        .map(({ message, fields }) => [message, fields?.['verb']]);
      expect(warned).toEqual([
        ['uncached read', 'list'],
        ['uncached read', 'get'],
        ['uncached read', 'list'],
      ]);
      // What others read from the same copies may be old, but is theirs to change.
      const cached = runtime.cachedState();
      const ours = collection(cached, Nodename);
      const setting = ours.set('x', name('1'));
      await sim.advance('1m');
      await setting;
      expect((await collection(cached, HostnameStatus).list()).length).toBe(2);
      expect((await names.get('x')).spec.nodename).toBe('1');
      expect(state.position).toBe(3);
    });
  });
});

test('a state in memory has everything at hand, and copies nothing', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const state = new MemoryState({ clock: host.clock, random: host.random, types });
    const runtime = new ControllerRuntime({ state, host, owner, cachedKinds: [HostnameStatus] });
    expect(runtime.cachedState()).toBe(state);
  });
});
