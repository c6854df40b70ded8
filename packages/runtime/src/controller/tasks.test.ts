import { ownedHost, sleep } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { collection } from '../state/collection.ts';
import { A, start } from './engine/text-types.fixture.ts';
import { defineController } from './loop.ts';
import { weak } from './ports.ts';
import { Tasks } from './tasks.ts';

test('tasks follow what is wanted, in every order: started, ended, started anew, never twice at a time', async () => {
  for (let seed = 0; seed < 30; seed += 1) {
    await simulate({ seed }, async (sim) => {
      const node = sim.node('node');
      const { host, owner } = node;
      const { state, runtime } = start({ host, owner });
      const running = new Map<string, string>();
      runtime.register(
        defineController({
          name: 'keeps tasks',
          ports: { inputs: weak(A) },
          start({ owner }) {
            const tasks = new Tasks<string>({
              host,
              owner,
              async run(id, spec, { signal, owner }) {
                expect(running.has(id)).toBe(false);
                running.set(id, spec);
                const { timers } = ownedHost(host, owner);
                owner.attach({ drop: () => void running.delete(id) });
                try {
                  await sleep(timers, 3_600_000, signal);
                } finally {
                  // To say goodbye takes a while.
                  await sleep(timers, 5);
                  running.delete(id);
                }
              },
            });
            return async ({ inputs }) => {
              const all = await inputs.list();
              await tasks.reconcile(new Map(all.map(({ metadata, spec }) => [metadata.id, spec.text])));
            };
          },
        }),
      );
      runtime.start();
      const a = collection(state, A);
      for (let step = 0; step < 20; step += 1) {
        const id = `${sim.choose('id', 3)}`;
        if (sim.choose('how', 3) > 0) await a.set(id, { text: `${sim.choose('text', 2)}` });
        else if ((await a.find(id)) !== undefined) await a.destroy(id);
        await sim.advance(sim.choose('pause', 8));
        if (sim.choose('crash', 15) === 1) runtime.crash('keeps tasks');
      }
      await sim.advance(100);
      const wanted = (await a.list()).map(({ metadata, spec }) => [metadata.id, spec.text] as const);
      expect(running).toEqual(new Map(wanted));
      const closing = owner.close();
      await sim.advance(100);
      await closing;
      expect([running.size, node.handles()]).toEqual([0, []]);
    });
  }
});

test('a task that fails is started again alone; one that returned is done until it is wanted otherwise', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const runs: string[] = [];
    const tasks = new Tasks<{ readonly to: string }>({
      host,
      owner,
      equals: (a, b) => a.to === b.to,
      run: (id, { to }) => {
        runs.push(`${id} ${to}`);
        if (id === 'fails' && runs.length < 4) throw new Error('not yet');
        return Promise.resolve();
      },
    });
    const wanted = (to: string) =>
      new Map([
        ['fails', { to }],
        ['done', { to }],
      ]);
    await tasks.reconcile(wanted('x'));
    await sim.advance('1m');
    expect(runs).toEqual(['fails x', 'done x', 'fails x', 'fails x']);
    await tasks.reconcile(wanted('x'));
    expect([runs.length, tasks.ids()]).toEqual([4, ['fails', 'done']]);
    await tasks.reconcile(wanted('y'));
    await sim.advance(1);
    expect(runs.slice(4)).toEqual(['fails y', 'done y']);
    await tasks.reconcile(new Map());
    expect(tasks.ids()).toEqual([]);
    expect(sim.log.map(({ message }) => message)).toEqual(['task failed', 'task failed']);
  });
});
