import { ownedHost, sleep, writeFileAtomically } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { simulate, type Program, type Simulation } from '../index.ts';

/** Counts on the disk how often it was started, and goes on working for a while. */
function counter(starts: { count: number }): Program {
  return async ({ host, owner }) => {
    starts.count += 1;
    const [before = 0] = (await host.files.read('/count')) ?? [];
    await writeFileAtomically(host.files, '/count', Uint8Array.of(before + 1));
    owner.run(async (signal) => {
      for (let round = 0; round < 20; round += 1) await sleep(host.timers, 100, signal);
    });
  };
}

async function work(sim: Simulation): Promise<{ readonly starts: number; readonly counted: number }> {
  const starts = { count: 0 };
  const node = sim.node('a', { program: counter(starts) });
  await node.start();
  await sim.settle({ within: '2h' });
  expect(node.isRunning).toBe(true);
  return { starts: starts.count, counted: node.disk.read('/count')?.[0] ?? 0 };
}

describe('crashes as faults', () => {
  test('nodes die anywhere, and always come back', async () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 200; seed += 1) {
      const { value } = await simulate({ seed, faults: ['crash', 'tear', 'disk'] }, (sim) =>
        work(sim).catch(diskFailed),
      );
      if (value === undefined) continue;
      // A crash between two syncs may lose a count, and none is invented.
      expect(value.counted).toBeGreaterThan(0);
      expect(value.counted).toBeLessThanOrEqual(value.starts);
      seen.add(value.starts);
    }
    expect(Math.max(...seen)).toBeGreaterThan(2);
    expect(Math.max(...seen)).toBeLessThanOrEqual(20);
  });

  test('may end all that was left to happen', async () => {
    for (let seed = 0; seed < 200; seed += 1) {
      await simulate({ seed, faults: ['crash'] }, async (sim) => {
        const node = sim.node('a', { program: () => undefined });
        await node.start();
        for (let round = 0; round < 50; round += 1) {
          if (node.isRunning) void node.host.files.read('/a');
          await sim.advance(0);
        }
      });
    }
  });

  test('there are none when there are to be none', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      expect((await simulate({ seed, faults: ['delay'] }, work)).value).toEqual({ starts: 1, counted: 1 });
    }
  });

  test('quiet() ends them', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { value } = await simulate({ seed, faults: ['crash'] }, (sim) => {
        sim.quiet();
        return work(sim);
      });
      expect(value).toEqual({ starts: 1, counted: 1 });
    }
  });

  test('the same seed gives the same run', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const go = () => simulate({ seed, faults: 'all' }, (sim) => work(sim).catch(diskFailed));
      const [first, second] = [await go(), await go()];
      expect([second.hash, second.value]).toEqual([first.hash, first.value]);
    }
  });
});

/** The first start is the scenario's own, which hears of a disk that fails. */
function diskFailed(thrown: unknown): undefined {
  if (!String(thrown).includes('EIO')) throw thrown;
}

describe('a node', () => {
  test('is started once at a time, and its failure to start is its end', async () => {
    await simulate({}, async (sim) => {
      let isBroken = false;
      const program: Program = () => {
        if (isBroken) throw new Error('no identity');
      };
      const node = sim.node('a', { program });
      await node.start();
      await expect(node.start()).rejects.toThrow('node a is running already');
      sim.crash(node);
      isBroken = true;
      await expect(sim.restart(node)).rejects.toThrow('no identity');
      expect(node.isRunning).toBe(false);
    });
  });

  test('that crashes while it starts is up when its next life is', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('a', { program: ({ host }) => sleep(host.timers, 10) });
      let isUp = false;
      const up = node.start().then(() => (isUp = true));
      sim.crash(node);
      await sim.settle();
      expect(isUp).toBe(false);
      await sim.restart(node);
      await up;
      expect(isUp).toBe(true);
    });
  });

  test('stops in peace', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('a', { program: ({ host, owner }) => owner.run((signal) => forEver(host, signal)) });
      await node.start();
      await node.stop();
      expect(sim.isQuiet()).toBe(true);
    });
  });

  test('shows what it holds, and a closed owner holds nothing', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('a');
      const owner = node.owner.child('part');
      const host = ownedHost(node.host, owner);
      host.timers.after(1_000, () => undefined);
      await host.files.lock('/lock');
      const { address } = await host.rpc.listen({ address: '127.0.0.1:0' }, []);
      expect(node.handles()).toEqual(['timer of 1000 ms', `listener on ${address}`, 'lock on /lock']);
      await owner.close();
      expect(node.handles()).toEqual([]);
    });
  });

  test('that crashes frees its addresses and its locks', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('a');
      for (let life = 0; life < 3; life += 1) {
        await node.host.rpc.listen({ address: ':80' }, []);
        await node.host.files.lock('/lock');
        sim.crash(node);
      }
    });
  });

  test('killed on a machine that lives keeps what it wrote', async () => {
    await simulate({}, async (sim) => {
      const [node, neighbour] = [sim.node('a', { machine: 'm' }), sim.node('b', { machine: 'm' })];
      const writer = await node.host.files.create('/a');
      await writer.write(Uint8Array.of(1));
      sim.crash(node);
      expect(await neighbour.host.files.read('/a')).toEqual(Uint8Array.of(1));
    });
  });
});

async function forEver(host: Parameters<Program>[0]['host'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(host.timers, 1_000, signal);
}
