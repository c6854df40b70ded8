import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import type { State } from '../../state/state.ts';
import { defineController } from '../loop.ts';
import { RequeueError } from '../outcome.ts';
import { exclusive, primary, weak } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { ControllerRuntime } from './runtime.ts';
import { A, B, C, start } from './text-types.fixture.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('an atomic reconcile', () => {
  test('is one commit, and nothing that it read changed between its reads and that', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        let runs = 0;
        runtime.register(
          defineController({
            name: 'sum',
            atomic: true,
            ports: { inputs: weak(A), factor: weak(B, { id: 'factor' }), sums: exclusive(C) },
            async reconcile({ inputs, factor, sums }) {
              runs += 1;
              const { spec } = (await factor.find('factor')) ?? { spec: { text: '1' } };
              const all = await inputs.list();
              // Whoever reads twice may rely on either.
              await factor.find('factor');
              const sum = all.reduce((total, input) => total + Number(input.spec.text), 0);
              await sums.set('sum', { text: `${sum}` });
              await sums.set('product', { text: `${sum * Number(spec.text)}` });
              const [read, product] = [await sums.get('sum'), await sums.list()];
              expect([read.spec.text, product.length]).toEqual([`${sum}`, 2]);
            },
          }),
        );
        const inputs = collection(state, A);
        const history: { readonly position: number; readonly sum: number; readonly factor: number }[] = [];
        const current = new Map<string, number>();
        let factor = 1;
        const note = (): void => {
          const sum = [...current.values()].reduce((total, value) => total + value, 0);
          history.push({ position: state.position, sum, factor });
        };
        note();
        const written = state.changes(C);
        runtime.start();
        for (let step = 0; step < 15; step += 1) {
          if (sim.choose('factor', 3) === 0) {
            factor = sim.choose('value', 5);
            await collection(state, B).set('factor', { text: `${factor}` });
          } else {
            const id = `${sim.choose('id', 3)}`;
            const value = sim.choose('value', 5);
            await inputs.set(id, { text: `${value}` });
            current.set(id, value);
          }
          note();
          for (let tick = sim.choose('ticks', 12); tick > 0; tick -= 1) await sim.tick();
          // Each commit of the controller is both of its outputs, made of what there was just before it.
          const batch = written.pull();
          for (const { position } of batch?.changed ?? []) {
            const before = history.findLast((moment) => moment.position < position);
            const outputs = await collection(state, C).list();
            const texts = Object.fromEntries(outputs.map(({ metadata, spec }) => [metadata.id, spec.text]));
            expect(texts).toEqual({
              sum: `${before?.sum}`,
              product: `${(before?.sum ?? 0) * (before?.factor ?? 1)}`,
            });
          }
        }
        await sim.settle();
        const sum = [...current.values()].reduce((total, value) => total + value, 0);
        expect((await collection(state, C).get('product')).spec.text).toBe(`${sum * factor}`);
        expect(runs).toBeGreaterThan(1);
        // What has to be done again is no failure.
        expect(sim.log.filter(({ level }) => level === 'error')).toEqual([]);
      });
    }
  });

  test('that fails writes nothing; one that wants to run again writes what it did', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      let runs = 0;
      runtime.register(
        defineQueueController({
          name: 'fails',
          atomic: true,
          ports: { inputs: primary(A), outputs: exclusive(B) },
          async reconcile({ outputs }, key) {
            runs += 1;
            await outputs.set(key, { text: `${runs}` });
            if (runs === 1) throw new Error('no');
            if (runs === 2) throw new RequeueError(5000);
          },
        }),
      );
      await collection(state, A).create('x', { text: '' });
      runtime.start();
      await sim.advance(1);
      const outputs = collection(state, B);
      expect(await outputs.list()).toEqual([]);
      await sim.advance('1s');
      expect((await outputs.get('x')).spec.text).toBe('2');
      await sim.advance('5s');
      expect((await outputs.get('x')).spec.text).toBe('3');
    });
  });

  test('sees its own creations, changes, teardowns and removals, and is refused as the state would', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      const seen: unknown[] = [];
      const note = async (promise: Promise<unknown>): Promise<void> => {
        seen.push(await promise.catch((thrown: unknown) => (thrown as { readonly code: string }).code));
      };
      await collection(state, B).create('theirs', { text: '' }, { owner: 'other' });
      await collection(state, B).create('old', { text: '' }, { owner: 'one' });
      await collection(state, B).create('held', { text: '' }, { owner: 'one', metadata: { finalizers: ['f'] } });
      runtime.register(
        defineController({
          name: 'one',
          atomic: true,
          ports: { inputs: weak(A), outputs: exclusive(B) },
          async reconcile({ outputs }) {
            if (seen.length > 0) return;
            await outputs.create('new', { text: '1' });
            await outputs.modify('new', (draft) => void (draft.text = '2'));
            await note(outputs.create('new', { text: '' }));
            await note(outputs.set('theirs', { text: 'mine' }));
            await outputs.destroy('old');
            await note(outputs.find('old'));
            await note(outputs.create('old', { text: '' }));
            await note(outputs.teardown('held'));
            await note(outputs.destroy('held'));
            seen.push((await outputs.list()).map(({ metadata: { id, phase } }) => `${id} ${phase}`));
          },
        }),
      );
      const { position } = state;
      runtime.start();
      await sim.settle();
      expect(state.position).toBe(position + 1);
      expect(seen).toEqual([
        'already-exists',
        'owner-conflict',
        undefined,
        'invalid-transaction',
        false,
        'pending-finalizers',
        ['held tearingDown', 'new running', 'theirs running'],
      ]);
      expect(
        (await collection(state, B).list()).map(({ metadata: { id, version, owner } }) => [id, version, owner]),
      ).toEqual([
        ['held', 2, 'one'],
        ['new', 1, 'one'],
        ['theirs', 1, 'other'],
      ]);
    });
  });

  test('is refused on a state that has no transactions, with the reason', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state } = start({ host, owner });
      const remote: State = Object.assign(Object.create(state) as State, { transact: undefined });
      const runtime = new ControllerRuntime({ state: remote, host, owner });
      const atomic = defineController({
        name: 'atomic',
        atomic: true,
        ports: { inputs: weak(A) },
        reconcile: () => Promise.resolve(),
      });
      expect(() => runtime.register(atomic)).toThrow(
        'controller "atomic" is atomic, and the state has no transactions',
      );
      expect(runtime.dependencyGraph()).toEqual([]);
    });
  });
});
