import { Buffer } from 'node:buffer';
import { sleep, type Host } from '@cosi-ts/core';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { decodeSnapshot, encodeClusterSnapshot, type ClusterSnapshot } from '../../wire/snapshot.ts';
import { startDiscoveryService, type DiscoveryService } from '../discovery-service.ts';
import type { DiscoveryServiceOptions } from '../options.ts';
import { bytes, connect, MINUTE } from '../service.fixture.ts';

const PATH = '/var/discovery-service/state.binpb';
const HOUR = 60 * MINUTE;

/** A service in a simulated world, which can be ended in peace or otherwise and started again. */
function world(sim: Simulation, settings: Partial<DiscoveryServiceOptions> = {}) {
  let service: DiscoveryService | undefined;
  const node: SimNode = sim.node('service', {
    program: async ({ host, owner }) => {
      const snapshots = { path: PATH, interval: 10 * MINUTE };
      service = await startDiscoveryService({ rateLimit: 0, snapshots, ...settings, host, owner, address: ':3000' });
    },
  });
  const client = sim.node('client').host;
  const saved = async (): Promise<ClusterSnapshot[] | undefined> => {
    const file = await node.host.files.read(PATH);
    return file && [...decodeSnapshot(file, { now: node.host.clock.millis() })];
  };
  return {
    node,
    client,
    ...connect(client, `${node.address}:3000`),
    saved,
    counts: () => service?.counts(),
    put: (file: Uint8Array) => put(node.host, PATH, file),
  };
}

async function put({ files }: Host, path: string, content: Uint8Array): Promise<void> {
  await files.makeDirectory('/var/discovery-service');
  const writer = await files.create(path);
  await writer.write(content);
  await writer.sync();
  await writer.close();
}

describe('snapshots', () => {
  test('bring everything back, with the lifetimes that were left', async () => {
    await simulate({}, async (sim) => {
      const { node, update, list, saved } = world(sim);
      await node.start();
      await update('af1', { data: bytes('data1'), endpoints: [bytes('e1'), bytes('e2')], ttl: 20 * MINUTE });
      await update('af2', { clusterId: 'd', ttl: 20 * MINUTE });
      await sim.advance(5 * MINUTE);
      await node.stop();
      const left = { data: expect.anything(), ttl: 15 * MINUTE };
      expect(await saved()).toMatchObject([
        { id: 'c', affiliates: [{ id: 'af1', ttl: left.ttl, endpoints: [left, left] }] },
        { id: 'd', affiliates: [{ id: 'af2' }] },
      ]);
      await sim.advance(HOUR);
      await node.start();
      expect(await list()).toEqual([{ id: 'af1', data: 'data1', endpoints: ['e1', 'e2'] }]);
      expect(await list('d')).toHaveLength(1);
      await sim.advance(13 * MINUTE);
      expect(await list()).toHaveLength(1);
      await sim.advance(3 * MINUTE);
      expect(await list()).toEqual([]);
    });
  });

  test('are saved every interval, and once more at the end', async () => {
    const results: string[] = [];
    const observer = {
      hello: () => undefined,
      callStarted: () => undefined,
      callEnded: () => undefined,
      messageSent: () => undefined,
      collected: () => undefined,
      snapshot: (operation: string, result: unknown) => void results.push(`${operation} ${result === undefined}`),
    };
    await simulate({}, async (sim) => {
      const { node } = world(sim, { observer });
      await node.start();
      await sim.advance(13 * MINUTE);
      expect(results).toEqual(['save false']);
      await sim.advance(10 * MINUTE);
      await node.stop();
      expect(results).toEqual(['save false', 'save false', 'save false']);
    });
  });

  test('of an emptied state are empty, so that nobody rises again', async () => {
    await simulate({}, async (sim) => {
      const { node, update, remove, saved, counts } = world(sim);
      await node.start();
      await update('af1', { ttl: 20 * MINUTE });
      await sim.advance(11 * MINUTE);
      expect(await saved()).toHaveLength(1);
      await remove('af1');
      await sim.advance(10 * MINUTE);
      expect(await saved()).toEqual([]);
      sim.crash(node);
      await sim.restart(node);
      expect(counts()).toMatchObject({ clusters: 0 });
    });
  });

  test('outlive a crash whole, whenever it comes', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      await simulate({ seed, faults: ['tear'] }, async (sim) => {
        const { node, client, update, list } = world(sim);
        await node.start();
        const ids = ['af1', 'af2', 'af3'];
        const writing = (async () => {
          for (let round = 0; ; round += 1) {
            await update(ids[round % 3] ?? '', { data: bytes(`${round}`), ttl: 30 * MINUTE });
            await sleep(client.timers, MINUTE);
          }
        })().catch(() => undefined);
        await sim.advance(20 * MINUTE);
        for (let steps = sim.choose('steps of the second save', 12); steps > 0; steps -= 1) await sim.tick();
        sim.crash(node);
        await writing;
        sim.quiet();
        await sim.restart(node);
        const known = await list();
        expect(sim.log.filter(({ message }) => message.includes('damaged'))).toEqual([]);
        expect(known.map(({ id }) => id)).toEqual(ids);
      });
    }
  });

  test('have everything that callers were told is done before the end', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      await simulate({ seed, faults: ['delay'] }, async (sim) => {
        const { node, update, saved } = world(sim);
        await node.start();
        const done = new Set<string>();
        const writing = Promise.allSettled(
          ['a', 'b', 'c'].map(async (who) => {
            for (let count = 0; count < 100; count += 1) {
              const id = `${who}${count}`;
              await update(id, { ttl: 30 * MINUTE });
              done.add(id);
            }
          }),
        );
        await sim.until('some are written', () => done.size > 5);
        await node.stop();
        await writing;
        const kept = new Set((await saved())?.flatMap(({ affiliates }) => affiliates.map(({ id }) => id)));
        expect([...done].filter((id) => !kept.has(id))).toEqual([]);
      });
    }
  });

  test('that are damaged give what they can, are put aside, and replace nothing', async () => {
    const cluster = (id: string): Uint8Array =>
      encodeClusterSnapshot({ id, affiliates: [{ id: 'af', data: bytes('d'), endpoints: [], ttl: HOUR }] });
    const damaged = Buffer.concat([cluster('c'), cluster('d').subarray(0, -1)]);
    await simulate({}, async (sim) => {
      const { node, put, list, saved } = world(sim);
      await put(damaged);
      await node.start();
      expect([await list('c'), await list('d')]).toEqual([[{ id: 'af', data: 'd', endpoints: [] }], []]);
      expect(Buffer.compare((await node.host.files.read(`${PATH}.damaged`)) ?? Buffer.of(), damaged)).toBe(0);
      await node.stop();
      expect(await saved()).toMatchObject([{ id: 'c' }]);
    });
  });

  test('that cannot be written leave the last good one, and the end says so', async () => {
    await simulate({}, async (sim) => {
      const { node, update, saved } = world(sim);
      await node.start();
      await update('af1', { ttl: 20 * MINUTE });
      await sim.advance(11 * MINUTE);
      const { files } = node.host;
      await files.makeDirectory(`${PATH}.tmp`);
      await update('af2', { ttl: 20 * MINUTE });
      await sim.advance(10 * MINUTE);
      expect(sim.log).toContainEqual(
        expect.objectContaining({ level: 'error', message: 'the snapshot was not saved' }),
      );
      await expect(node.owner.close()).rejects.toMatchObject({ code: 'EISDIR' });
      expect(await saved()).toMatchObject([{ affiliates: [{ id: 'af1' }] }]);
    });
  });

  test('are held to today’s limits', async () => {
    const endpoint = (length: number, fill: number, ttl = HOUR) => ({ data: new Uint8Array(length).fill(fill), ttl });
    const affiliate = { id: 'af', data: bytes('d'), endpoints: [], ttl: HOUR };
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...affiliate, id: `af${index}` }));
    const file = Buffer.concat(
      [
        { id: '', affiliates: [affiliate] },
        { id: 'i'.repeat(257), affiliates: [affiliate] },
        { id: 'empty', affiliates: [] },
        { id: 'many', affiliates: many(1030) },
        {
          id: 'c',
          affiliates: [
            affiliate,
            affiliate,
            { ...affiliate, id: '' },
            { ...affiliate, id: 'expired', ttl: -1000 },
            { ...affiliate, id: 'large', data: new Uint8Array(2049) },
            {
              ...affiliate,
              id: 'endpoints',
              endpoints: [
                endpoint(0, 0),
                endpoint(33, 0),
                endpoint(1, 1, 0),
                ...Array.from({ length: 70 }, (_, n) => endpoint(32, n)),
                endpoint(32, 0),
              ],
            },
          ],
        },
      ].map(encodeClusterSnapshot),
    );
    await simulate({}, async (sim) => {
      const { node, put, list, counts } = world(sim);
      await put(file);
      await node.start();
      expect(counts()).toMatchObject({ clusters: 2, affiliates: 1026 });
      expect((await list()).map(({ id, endpoints }) => [id, endpoints.length])).toEqual([
        ['af', 0],
        ['endpoints', 64],
      ]);
      await sim.advance(31 * MINUTE);
      expect(counts()).toMatchObject({ clusters: 0 });
    });
  });
});
