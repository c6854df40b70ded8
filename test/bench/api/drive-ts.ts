import { realHost } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { remoteState, type State } from '@cosi-ts/runtime';
import type { Sample } from '../clock.ts';
import { usageOf } from '../discovery/services/usage.ts';
import type { Contestant } from '../suite.ts';
import { besides, type Driven } from './drive-go.ts';
import { Member, idOf, newMember, renamed } from './member.ts';
import { startServer, type Served } from './services/start-server.ts';

const CALLERS = 64;
const PRESENT = 10_000;
const MEBIBYTE = 1024 * 1024;

/** The work of a row, on a server that has nothing yet. */
type Work = (state: State, measure: Measure) => Promise<Sample>;
type Measure = (count: number, work: () => Promise<unknown>) => Promise<Sample>;

/** A row with our client for TypeScript, in this process. */
export function driveTs(
  row: keyof typeof ROWS,
  { types, besideEmpty = false }: Driven,
): (who: Contestant) => Promise<Sample> {
  return async (contestant) => {
    const sample = await drive(ROWS[row], `${contestant}-${types}`);
    if (!besideEmpty || contestant === 'reference') return sample;
    return {
      ...sample,
      details: { ...sample.details, ...(await besides(sample, (served) => drive(ROWS[row], served))) },
    };
  };
}

async function drive(work: Work, served: Served): Promise<Sample> {
  await using server = await startServer(served);
  // The reference sends all contents in one message.
  const maxReceiveBytes = served.startsWith('reference') ? 64 * MEBIBYTE : undefined;
  const channel = realHost().rpc.connect({ address: `unix:${server.path}` }, { maxReceiveBytes });
  const state = remoteState(channel, { types: { find: () => Member } });
  try {
    return await work(state, async (count, doIt) => {
      const cpu = usageOf(server.pid).cpu;
      const start = performance.now();
      await doIt();
      const elapsed = performance.now() - start;
      const rate = `${Math.round((count / elapsed) * 1000)}/s`;
      return {
        value: (elapsed * 1e6) / count,
        cpu: (usageOf(server.pid).cpu - cpu) / count,
        details: { rate },
      };
    });
  } finally {
    channel.close();
  }
}

const ROWS = {
  get: async (state, measure) => {
    await fill(state, PRESENT);
    const read = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += 1) await state.get(Member.pointer(idOf((n * 7919) % PRESENT)));
    };
    await read(0, 1000);
    return measure(3000, () => read(1000, 4000));
  },
  'get-64': async (state, measure) => {
    await fill(state, PRESENT);
    return measure(20_000, () => byMany(20_000, (n) => state.get(Member.pointer(idOf((n * 7919) % PRESENT)))));
  },
  'create-64': async (state, measure) => {
    await fill(state, 5000);
    return measure(10_000, () => byMany(10_000, (n) => state.create(newMember(5000 + n))));
  },
  'update-64': async (state, measure) => {
    const held = await fill(state, 100 * CALLERS);
    return measure(20_000, () =>
      byMany(20_000, async (n) => {
        const at = n % held.length;
        held[at] = (await state.update(renamed(held[at] ?? newMember(at), idOf(n)))) as (typeof held)[number];
      }),
    );
  },
  'list-10k': async (state, measure) => {
    await fill(state, PRESENT);
    await state.list(Member);
    return measure(5 * PRESENT, async () => {
      for (let call = 0; call < 5; call += 1) await state.list(Member);
    });
  },
  'watch-100': async (state, measure) => {
    const AHEAD = 50;
    const [streams, updates] = [100, 200];
    const [first] = await fill(state, 1);
    if (first === undefined) throw new Error('nothing was created');
    const watches = await Promise.all(Array.from({ length: streams }, () => state.watchKind(Member)));
    const taken = watches.map(() => 0);
    let ready = (): void => undefined;
    const readers = watches.map(async (watch, index) => {
      while ((taken[index] ?? 0) < updates) {
        taken[index] = (taken[index] ?? 0) + ((await watch.next())?.length ?? updates);
        ready();
      }
      watch.close();
    });
    return measure(streams * updates, async () => {
      let current = first;
      for (let n = 0; n < updates; n += 1) {
        while (n - Math.min(...taken) >= AHEAD) await new Promise<void>((resolve) => (ready = resolve));
        current = (await state.update(renamed(current, idOf(n)))) as typeof first;
      }
      await Promise.all(readers);
    });
  },
  'bootstrap-100k': async (state, measure) => {
    await fill(state, 100_000);
    return measure(100_000, async () => {
      await using watch = await state.watchKind(Member, { bootstrapContents: true });
      while ((await watch.next())?.at(-1)?.type !== 'bootstrapped');
    });
  },
} satisfies Record<string, Work>;

async function fill(state: State, count: number): Promise<Resource<ReturnType<typeof newMember>['spec']>[]> {
  const held: Resource<ReturnType<typeof newMember>['spec']>[] = [];
  await byMany(count, async (n) => {
    held[n] = (await state.create(newMember(n))) as (typeof held)[number];
  });
  return held;
}

/** Does something for each number below `count`, 64 at a time, and the same caller always for the same ones. */
async function byMany(count: number, doIt: (n: number) => Promise<unknown>): Promise<void> {
  const callers = Array.from({ length: CALLERS }, async (_, first) => {
    for (let n = first; n < count; n += CALLERS) await doIt(n);
  });
  await Promise.all(callers);
}
