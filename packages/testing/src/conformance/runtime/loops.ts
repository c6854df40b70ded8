import assert from 'node:assert/strict';
import { Labels } from '@cosi-ts/resources';
import { collection, compileQuery, defineController, exclusive, shared, weak } from '@cosi-ts/runtime';
import { intToStr, strToSentence, sum } from './controllers.ts';
import { assertGone, type RuntimeTrial } from './subject.ts';
import { Int, Sentence, Str } from './types.ts';

type Rule = (trial: RuntimeTrial) => Promise<void>;

/** Rules about controllers that look at everything whenever something changes. */
export const LOOP_RULES: Readonly<Record<string, Rule>> = {
  async 'NoControllers: a runtime without controllers starts and stops'({ runtime, int, settled }) {
    runtime.start();
    await int('one', 1);
    assert.deepEqual(await settled(Int), ['one=1']);
    assert.throws(() => runtime.start(), /already been started/);
  },

  async 'IntToStrControllers: what was there before and what came later has its output'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(intToStr(Int));
    await int('one', 1);
    runtime.start();
    await int('two', 2);
    assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
    await int('three', 3);
    assert.deepEqual(await settled(Str), ['one=1', 'three=3', 'two=2']);
    await ints.set('three', { value: 33 });
    assert.deepEqual(await settled(Str), ['one=1', 'three=33', 'two=2']);
    assert.equal(await ints.teardown('three'), false);
    assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
    assert.deepEqual((await ints.get('three')).metadata.finalizers, []);
    await ints.destroy('three');
    assert.deepEqual(await settled(Int), ['one=1', 'two=2']);
  },

  async 'IntToStrToSentenceControllers: a change runs down a chain, and a teardown back up'(trial) {
    const { runtime, state, ints, strs, int, settled } = trial;
    runtime.register(strToSentence(Str));
    runtime.register(intToStr(Int));
    await int('one', 1);
    runtime.start();
    await int('two', 2);
    assert.deepEqual(await settled(Sentence), ['one=1 sentence', 'two=2 sentence']);
    const sentences = collection(state, Sentence);
    assert.equal((await sentences.get('one')).metadata.labels.get('combined'), 'yes');
    await ints.set('one', { value: 11 });
    assert.deepEqual(await settled(Sentence), ['one=11 sentence', 'two=2 sentence']);
    assert.equal(await ints.teardown('one'), false);
    assert.deepEqual(await settled(Sentence), ['two=2 sentence']);
    await assertGone(strs, 'one');
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
    await ints.destroy('one');
  },

  async 'SumControllers: a controller is woken also for what goes'({ runtime, ints, int, settled }) {
    const sums = Int.in('sums');
    runtime.register(sum('Sum', Int, sums, 'sum'));
    runtime.start();
    assert.deepEqual(await settled(sums), ['sum=0']);
    await int('one', 1);
    await int('two', 2);
    assert.deepEqual(await settled(sums), ['sum=3']);
    await ints.destroy('one');
    assert.deepEqual(await settled(sums), ['sum=2']);
  },

  async 'SumControllersFiltered: a controller lists what it selects'({ runtime, ints, int, settled }) {
    const sums = Int.in('sums');
    const terms = [{ key: 'summable', op: 'exists' } as const, { key: 'app', op: 'equal', values: ['app1'] } as const];
    runtime.register(sum('Sum', Int, sums, 'sum', compileQuery({ labels: [terms] })));
    runtime.start();
    assert.deepEqual(await settled(sums), ['sum=0']);
    const mine = Labels.of({ summable: 'yes', app: 'app1' });
    await int('one', 1, Labels.of({ summable: 'yes', app: 'app2' }));
    await int('two', 2, mine);
    await int('four', 4, Labels.of({ app: 'app1' }));
    assert.deepEqual(await settled(sums), ['sum=2']);
    await int('three', 3, mine);
    assert.deepEqual(await settled(sums), ['sum=5']);
    await ints.destroy('two');
    assert.deepEqual(await settled(sums), ['sum=3']);
  },

  async 'CascadingSumControllers: controllers that come later start at once'({ runtime, state, settled }) {
    runtime.start();
    const [first, second, sums, total] = ['source1', 'source2', 'sums', 'total'].map((name) => Int.in(name));
    assert.ok(first && second && sums && total);
    for (const [index, [type, values]] of [[first, [1, 2]] as const, [second, [3, 4]] as const].entries()) {
      const source = collection(state, type);
      runtime.register(sum(`Sum${index}`, type, sums, `sum${index}`));
      for (const value of values) await source.create(String(value), { value });
    }
    runtime.register(sum('Total', sums, total, 'total'));
    assert.deepEqual(await settled(total), ['total=10']);
  },

  'FailingController: is started again, with what it did before': (trial) =>
    failing(trial, () => Promise.reject(new Error('failing here'))),

  'PanickingController: so is one that breaks': (trial) =>
    failing(trial, () => (undefined as unknown as () => Promise<void>)()),

  async 'IntDoublerController: what was not made again goes'({ runtime, ints, int, settled }) {
    const doubled = Int.in('doubled');
    runtime.register(
      defineController({
        name: 'IntDoubler',
        ports: { ints: weak(Int), doubled: exclusive(doubled) },
        async reconcile({ ints, doubled }, { trackOutputs, cleanupOutputs }) {
          trackOutputs();
          for (const { metadata, spec } of await ints.list()) await doubled.set(metadata.id, { value: spec.value * 2 });
          await cleanupOutputs(doubled);
        },
      }),
    );
    await int('one', 1);
    runtime.start();
    await int('two', 2);
    assert.deepEqual(await settled(doubled), ['one=2', 'two=4']);
    await ints.destroy('one');
    assert.deepEqual(await settled(doubled), ['two=4']);
  },

  async 'ModifyWithResultController: a controller is given what it wrote'({ runtime, ints, int, settled }) {
    runtime.register(
      defineController({
        name: 'ModifyWithResult',
        ports: { ints: weak(Int), strs: exclusive(Str), valid: exclusive(Sentence) },
        async reconcile({ ints, strs, valid }) {
          for (const { metadata, spec } of await ints.list()) {
            const { id } = metadata;
            const make = (draft: { value: string }): void => void (draft.value = `val-${spec.value}`);
            const written = await strs.modifyWithResult(id, { value: '' }, make);
            await valid.set(id, { value: `${written.spec.value}-valid` });
          }
        },
      }),
    );
    runtime.start();
    await int('one', 1);
    assert.deepEqual(await settled(Sentence), ['one=val-1-valid']);
    await ints.set('one', { value: 2 });
    assert.deepEqual(await settled(Sentence), ['one=val-2-valid']);
  },

  async 'ControllerRuntimeMetrics: wake-ups, reads, writes and crashes are counted'(trial) {
    const { runtime, ints, int, settled, counts, sim } = trial;
    let fails = false;
    runtime.register(
      defineController({
        name: 'Counting',
        ports: { ints: weak(Int), strs: shared(Str) },
        async reconcile({ ints, strs }) {
          const all = await ints.uncached.list();
          if (fails) {
            fails = false;
            throw new Error('as told');
          }
          for (const { metadata, spec } of all) await strs.set(metadata.id, { value: String(spec.value) });
        },
      }),
    );
    await int('one', 1);
    assert.deepEqual(counts, { wakeups: 0, crashes: 0, reads: 0, writes: 0 });
    runtime.start();
    assert.deepEqual(await settled(Str), ['one=1']);
    assert.deepEqual(counts, { wakeups: 1, crashes: 0, reads: 1, writes: 1 });
    fails = true;
    await ints.set('one', { value: 42 });
    await sim.until('it crashes', () => counts.crashes > 0);
    assert.deepEqual(counts, { wakeups: 2, crashes: 1, reads: 2, writes: 1 });
    assert.deepEqual(await settled(Str), ['one=42']);
    assert.deepEqual(counts, { wakeups: 3, crashes: 1, reads: 3, writes: 2 });
  },

  async 'RuntimeCachedState: reads of what is at hand see what was written through them'(trial) {
    const { runtime, ints, int, sim, settled } = trial;
    runtime.register(intToStr(Int));
    await int('one', 1);
    runtime.start();
    await settled(Str);
    const [cachedInts, cachedStrs] = [collection(runtime.cachedState(), Int), collection(runtime.cachedState(), Str)];
    assert.equal((await cachedStrs.get('one')).spec.value, '1');
    await assert.rejects(cachedStrs.get('two'), { code: 'not-found' });
    await cachedInts.create('two', { value: 2 });
    assert.deepEqual(
      (await cachedInts.list()).map(({ spec }) => spec.value),
      [1, 2],
    );
    // What others wrote is there in the end, and is no endless conflict before.
    await ints.set('two', { value: 3 });
    await cachedInts.modify('two', (draft) => void (draft.value += 1));
    assert.equal((await ints.get('two')).spec.value, 4);
    await ints.set('two', { value: 5 });
    await sim.settle();
    assert.equal((await cachedInts.find('two'))?.spec.value, 5);
    assert.equal((await cachedStrs.get('two')).spec.value, '5');
  },
};

/** Each run of the controller makes one resource more, and fails. */
async function failing({ runtime, state, sim }: RuntimeTrial, fail: () => Promise<void>): Promise<void> {
  runtime.register(
    defineController({
      name: 'Failing',
      ports: { ints: shared(Int) },
      async reconcile({ ints }) {
        const all = await ints.list();
        await ints.create(String(all.length), { value: all.length });
        return fail();
      },
    }),
  );
  runtime.start();
  for (const id of ['0', '1', '2']) {
    // Not at once, and not after ages.
    await sim.advance(id === '0' ? '1s' : '5s');
    assert.equal((await collection(state, Int).get(id)).spec.value, Number(id));
  }
  assert.ok((await collection(state, Int).list()).length < 20);
}
