import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realHost, type Timers } from '@cosi-ts/core';
import { Namespace } from '@cosi-ts/resources';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryState } from '../../state/memory-state.ts';
import { stateService } from '../server/state-service.ts';
import { EncodeCache } from '../wire/encode-cache.ts';
import { Fold } from './healing.fixture.ts';
import { remoteState } from './remote-state.ts';

const host = realHost();
const types = { find: () => Namespace };
const CUTS = 20;

/** Waits a fiftieth of what it is told: between two attempts nothing is gained by more. */
const hasty: Timers = { after: (millis, fire, options) => host.timers.after(millis / 50, fire, options) };

test.each([
  ['that keeps its history', { initialCapacity: 1000, maxCapacity: 1000, gap: 0 }, true],
  ['that loses its history', { initialCapacity: 4, maxCapacity: 4, gap: 1 }, false],
] as const)(
  'watches of a server %s survive that every connection breaks, over and over, at real sockets',
  { timeout: 60_000 },
  async (_, history, isExact) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'cosi-'));
    const address = `unix:${path.join(directory, 's')}`;
    const state = new MemoryState({ clock: host.clock, random: host.random, types, history });
    const listen = () =>
      host.rpc.listen({ address }, [stateService(state, { types, encodings: new EncodeCache(), pace: host.pace })]);
    let listener = await listen();
    const channel = host.rpc.connect({ address });
    onTestFinished(async () => {
      channel.close();
      await listener.close(0);
      rmSync(directory, { recursive: true });
    });
    let interruptions = 0;
    const remote = remoteState(channel, {
      types,
      healing: { host: { ...host, timers: hasty }, onInterrupted: () => void (interruptions += 1) },
    });
    const [log, contents, changes, single] = [new Fold(), new Fold(), new Fold(), new Fold()];
    void log.follow(await state.watchKind(Namespace, { bootstrapContents: true }));
    void contents.follow(await remote.watchKind(Namespace, { bootstrapContents: true }));
    void changes.follow(await remote.watchKind(Namespace));
    void single.follow(await remote.watch(Namespace.pointer('id-0')));

    let made = 0;
    const change = async (): Promise<void> => {
      const id = `id-${made % 7}`;
      const description = String((made += 1));
      const [known] = (await state.list(Namespace)).filter(({ metadata }) => metadata.id === id);
      if (known === undefined) await state.create(Namespace.create(id, { description }));
      else if (made % 5 === 0) await state.destroy(known.metadata);
      else await state.update({ metadata: known.metadata, spec: { description } });
    };
    const all = [contents, changes];
    const haveAll = async (): Promise<boolean> => {
      const stored = await state.list(Namespace);
      return all.every(
        (fold) =>
          fold.contents.size === stored.length &&
          stored.every(({ metadata: { id, version } }) => fold.contents.get(id)?.metadata.version === version),
      );
    };
    for (let cut = 0; cut < CUTS; cut += 1) {
      for (let times = 0; times < 8; times += 1) await change();
      // Half of the cuts are crashes; what is under way is lost with the connection.
      if (cut % 2 === 0) listener.destroy();
      else await listener.close(0);
      await change();
      listener = await listen();
      await change();
      // Some are cut again before they stand.
      if (cut % 3 !== 0) await expect.poll(haveAll, { timeout: 20_000, interval: 5 }).toBe(true);
    }
    await expect.poll(haveAll, { timeout: 20_000, interval: 5 }).toBe(true);
    expect(interruptions).toBeGreaterThanOrEqual(CUTS);

    expect([log, contents, changes, single].map(({ failure }) => failure)).toEqual(Array(4).fill(undefined));
    const stored = new Map((await state.list(Namespace)).map((resource) => [resource.metadata.id, resource]));
    for (const fold of all) expect(new Map(fold.contents)).toEqual(stored);
    if (isExact) for (const fold of all) expect(fold.seen).toEqual(log.seen);
    expect([contents.bootstraps, changes.bootstraps]).toEqual([1, 0]);
  },
);
