import { simulate } from '@cosi-ts/testing';
import { concatMap, lastValueFrom, take } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { defineController } from '../loop.ts';
import { exclusive, weak } from '../ports.ts';
import { A, B, start } from './text-types.fixture.ts';

describe('a controller with a loop of its own', () => {
  test('is woken at the beginning, and then for all that came while it was busy', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        const woken: number[] = [];
        runtime.register(
          defineController({
            name: 'L',
            ports: { inputs: weak(A), outputs: exclusive(B) },
            async run({ inputs, outputs }, { wakeups }) {
              for await (const causes of wakeups) {
                woken.push(causes.length);
                await outputs.set('count', { text: `${(await inputs.list()).length}` });
              }
            },
          }),
        );
        runtime.start();
        await sim.settle();
        expect(woken).toEqual([0]);
        for (let id = 0; id < 10; id += 1) await collection(state, A).create(`${id}`, { text: '' });
        await sim.settle();
        expect((await collection(state, B).get('count')).spec.text).toBe('10');
        expect(woken.length).toBeGreaterThan(1);
        expect(runtime.isIdle).toBe(true);
      });
    }
  });

  test('is done when it returns, whatever comes', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      let runs = 0;
      runtime.register(
        defineController({
          name: 'once',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          run: async ({ outputs }) => {
            runs += 1;
            await outputs.set('done', { text: '' });
          },
        }),
      );
      runtime.start();
      await sim.settle();
      const { liveCount } = owner;
      expect(runtime.isIdle).toBe(true);
      await collection(state, A).create('x', { text: '' });
      await sim.advance('1h');
      expect(runs).toBe(1);
      expect(liveCount).toBe(0);
    });
  });

  test('restarts later each time until it says that all is well', async () => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      const at: number[] = [];
      runtime.register(
        defineController({
          name: 'fails',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          async run({ outputs }, { resetRestartBackoff }) {
            at.push(sim.now);
            await outputs.set('x', { text: `${at.length}` });
            if (at.length === 10) resetRestartBackoff();
            throw new Error('no');
          },
        }),
      );
      runtime.start();
      await sim.until('11 runs', () => at.length === 11);
      const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
      expect(waits[8]).toBeGreaterThan(5000);
      expect(waits[9]).toBeLessThanOrEqual(750);
    });
  });

  test('can be written with RxJS, and wakes itself', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      runtime.register(
        defineController({
          name: 'observes',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          async run({ outputs }, { wakeups$, wake }) {
            let count = 0;
            const step = async (): Promise<void> => {
              count += 1;
              await outputs.set('count', { text: `${count}` });
              if (count < 5) wake();
            };
            await lastValueFrom(wakeups$.pipe(concatMap(step), take(5)));
          },
        }),
      );
      runtime.start();
      await sim.settle();
      expect((await collection(state, B).get('count')).spec.text).toBe('5');
      expect(runtime.isIdle).toBe(true);
    });
  });

  test('hears that it is stopped', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { runtime } = start({ host, owner });
      const events: string[] = [];
      runtime.register(
        defineController({
          name: 'L',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          async run(_ports, { wakeups, signal }) {
            for await (const _causes of wakeups) events.push('woken');
            events.push(`ended, ${signal.aborted ? 'told' : 'not told'}`);
          },
        }),
      );
      runtime.start();
      await sim.settle();
      await owner.close();
      expect(events).toEqual(['woken', 'ended, told']);
    });
  });
});
