import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { RequeueError, SkipReconcileError } from '../outcome.ts';
import { exclusive, mapped, primary } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { A, B, C, start } from './text-types.fixture.ts';

/** The times at which a key is reconciled, when its reconciles end as `ends` says, one after the other. */
async function times(
  sim: Simulation,
  ends: readonly (() => unknown)[],
  during = '10s',
): Promise<{ readonly at: readonly number[]; readonly log: readonly string[] }> {
  const { state, runtime } = start(sim.node('node'));
  const at: number[] = [];
  runtime.register(
    defineQueueController({
      name: 'ends',
      ports: { inputs: primary(A), outputs: exclusive(B) },
      reconcile: async () => {
        at.push(sim.now);
        return ends[at.length - 1]?.() as undefined;
      },
    }),
  );
  await collection(state, A).create('x', { text: '' });
  runtime.start();
  await sim.advance(during);
  return {
    at,
    log: sim.log.filter(({ level }) => level !== 'debug').map(({ level, message }) => `${level}: ${message}`),
  };
}

const fails = (thrown: unknown) => () => {
  throw thrown;
};

describe('the end of a reconcile', () => {
  test('in success is the end of it', async () => {
    await simulate({}, async (sim) => {
      expect(await times(sim, [])).toEqual({ at: [0], log: [] });
    });
  });

  test('with a time to come again', async () => {
    await simulate({}, async (sim) => {
      const { at, log } = await times(sim, [() => ({ requeueAfter: 1000 }), fails(new RequeueError(2000))]);
      expect(at).toEqual([0, 1000, 3000]);
      expect(log).toEqual([]);
    });
  });

  test('with nonsense instead of a time is plain success', async () => {
    for (const requeueAfter of [0, -1, Number.NaN]) {
      await simulate({}, async (sim) => {
        expect((await times(sim, [() => ({ requeueAfter }), fails(new RequeueError(requeueAfter))])).at).toEqual([0]);
      });
    }
  });

  test('in failure is tried again, later each time, and from the beginning after a success', async () => {
    await simulate({}, async (sim) => {
      const error = new Error('no');
      const { at, log } = await times(
        sim,
        [fails(error), fails(error), fails(error), () => ({ requeueAfter: 1 }), fails(error)],
        '1m',
      );
      const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
      expect(waits).toHaveLength(5);
      for (const [index, interval] of [500, 750, 1125, 1, 500].entries()) {
        expect(waits[index]).toBeGreaterThanOrEqual(Math.floor(interval / 2));
        expect(waits[index]).toBeLessThanOrEqual(Math.ceil(interval * 1.5));
      }
      expect(log).toEqual(Array.from({ length: 4 }, () => 'error: reconcile failed'));
    });
  });

  test('in failure with a time comes then, and its backoff does not grow', async () => {
    await simulate({}, async (sim) => {
      const slow = new RequeueError(5000, { cause: new Error('no') });
      const { at, log } = await times(sim, [fails(slow), fails(slow), fails(slow), fails(new Error('no'))], '1m');
      expect(at.slice(0, 4)).toEqual([0, 5000, 10_000, 15_000]);
      expect(at[4]).toBeLessThanOrEqual(15_750);
      expect(log).toHaveLength(4);
    });
  });

  test('with nothing to do yet is no failure, whatever it is wrapped in', async () => {
    await simulate({}, async (sim) => {
      const skip = new SkipReconcileError('not yet');
      const { at, log } = await times(sim, [
        fails(new RequeueError(1000, { cause: skip })),
        fails(new Error('while working', { cause: skip })),
      ]);
      expect(at).toEqual([0, 1000]);
      expect(log).toEqual(['info: reconcile skipped', 'info: reconcile skipped']);
    });
  });

  test('with what is thrown and is no error', async () => {
    await simulate({}, async (sim) => {
      expect((await times(sim, [fails('text'), fails(undefined), fails(null)])).at).toHaveLength(4);
    });
  });

  test('by an abort that is nobody’s doing is a failure like any other', async () => {
    await simulate({}, async (sim) => {
      expect((await times(sim, [fails(new DOMException('aborted', 'AbortError'))])).at).toHaveLength(2);
    });
  });
});

describe('a key that keeps failing', () => {
  test('delays no other, and comes at once when it changes', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      runtime.register(
        defineQueueController({
          name: 'picky',
          ports: { inputs: primary(A), outputs: exclusive(B) },
          async reconcile({ inputs, outputs }, key) {
            const { spec } = await inputs.get(key);
            if (spec.text === 'bad') throw new Error('bad');
            await outputs.set(key, spec);
          },
        }),
      );
      const a = collection(state, A);
      const b = collection(state, B);
      runtime.start();
      await a.create('x', { text: 'bad' });
      await sim.advance('10m');
      await a.create('y', { text: 'good' });
      await sim.advance(1);
      expect((await b.find('y'))?.spec.text).toBe('good');
      await a.set('x', { text: 'good' });
      await sim.advance(1);
      expect((await b.find('x'))?.spec.text).toBe('good');
    });
  });
});

describe('a mapper', () => {
  test('that fails is tried again on the newest change, and no other input waits for it', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      const reconciled: string[] = [];
      runtime.register(
        defineQueueController({
          name: 'mapping',
          ports: { inputs: primary(A), others: mapped(C), outputs: exclusive(B) },
          mappers: {
            others: (_id, other) => {
              const { text } = (other?.spec ?? { text: '' }) as { readonly text: string };
              if (text === '') throw new Error('nothing to map to');
              return [text];
            },
          },
          reconcile: (_ports, key) => Promise.resolve(void reconciled.push(key)),
        }),
      );
      runtime.start();
      const c = collection(state, C);
      await c.create('1', { text: '' });
      await c.create('2', { text: 'two' });
      await sim.advance('1s');
      expect(reconciled).toEqual(['two']);
      expect(sim.log.filter(({ level }) => level !== 'debug').map(({ message }) => message)).toContain(
        'mapping failed',
      );
      await c.set('1', { text: 'one' });
      await sim.advance(1);
      expect(reconciled).toEqual(['two', 'one']);
      await sim.advance('10m');
      expect(reconciled).toEqual(['two', 'one']);
    });
  });

  test('that takes its time may read, and is done one resource at a time', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        const reconciled = new Set<string>();
        let under = 0;
        runtime.register(
          defineQueueController({
            name: 'mapping',
            ports: { inputs: primary(A), others: mapped(C), outputs: exclusive(B) },
            mappers: {
              others: async (id, _other, { others, inputs }) => {
                expect((under += 1)).toBe(1);
                const { spec } = await others.get(id);
                const all = await inputs.list();
                under -= 1;
                return all.filter((input) => input.spec.text === spec.text).map(({ metadata }) => metadata.id);
              },
            },
            reconcile: (_ports, key) => Promise.resolve(void reconciled.add(key)),
          }),
        );
        const a = collection(state, A);
        for (const id of ['x1', 'x2', 'y1']) await a.create(id, { text: id.slice(0, 1) });
        runtime.start();
        await sim.settle();
        reconciled.clear();
        const c = collection(state, C);
        await c.create('1', { text: 'x' });
        await c.create('2', { text: '' });
        await c.set('1', { text: 'y' });
        await c.set('2', { text: 'x' });
        await sim.settle();
        expect([...reconciled].toSorted()).toEqual(expect.arrayContaining(['x1', 'x2', 'y1']));
      });
    }
  });
});
