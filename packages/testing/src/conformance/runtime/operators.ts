import assert from 'node:assert/strict';
import { Labels } from '@cosi-ts/resources';
import {
  RequeueError,
  SkipReconcileError,
  cleanup,
  combine,
  destroy,
  hasNoOutputs,
  mapped,
  merge,
  removeOutputs,
  transform,
} from '@cosi-ts/runtime';
import { assertGone, type RuntimeTrial } from './subject.ts';
import { Int, Sentence, Str } from './types.ts';

type Rule = (trial: RuntimeTrial) => Promise<void>;
type Options = Partial<Parameters<typeof transform<{ readonly value: number }, { readonly value: string }>>[0]>;

const intToStr = (options: Options = {}) =>
  transform({
    name: 'T',
    input: Int,
    output: Str,
    map: ({ metadata }) => metadata.id,
    transform: ({ spec }) => ({ value: String(spec.value) }),
    ...options,
  });

/** Rules about operators: what they make follows what they make it of. */
export const OPERATOR_RULES: Readonly<Record<string, Rule>> = {
  async 'transform SimpleMap: an output for each input, as it is'({ runtime, ints, int, settled }) {
    runtime.register(intToStr());
    await int('one', 1);
    runtime.start();
    await int('two', 2);
    assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
    await ints.set('two', { value: 22 });
    await ints.destroy('one');
    assert.deepEqual(await settled(Str), ['two=22']);
  },

  async 'transform MapWithMissing: an input may be mapped to nothing, and again to something'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(intToStr({ map: ({ metadata, spec }) => (spec.value < 0 ? undefined : metadata.id) }));
    runtime.start();
    await int('one', 1);
    await int('two', -2);
    assert.deepEqual(await settled(Str), ['one=1']);
    await ints.set('one', { value: -1 });
    await ints.set('two', { value: 2 });
    assert.deepEqual(await settled(Str), ['two=2']);
  },

  async 'transform MapWithErrors: an input that fails holds up no other'({ runtime, ints, int, sim, settled, state }) {
    const failing = ({ spec }: { readonly spec: { readonly value: number } }) => {
      if (spec.value < 0) throw new Error('negative');
      return { value: String(spec.value) };
    };
    runtime.register(intToStr({ transform: failing }));
    runtime.start();
    await int('bad', -1);
    await int('good', 1);
    await sim.advance('1m');
    assert.deepEqual(
      (await state.list(Str)).map(({ metadata }) => metadata.id),
      ['good'],
    );
    await ints.set('bad', { value: 2 });
    assert.deepEqual(await settled(Str), ['bad=2', 'good=1']);
  },

  async 'transform DestroyOutputFinalizers: an output that is held goes when it is let go'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    runtime.register(intToStr());
    runtime.start();
    await int('one', 1);
    await settled(Str);
    await strs.addFinalizer('one', 'held');
    await ints.destroy('one');
    await settled(Str);
    assert.equal((await strs.get('one')).metadata.phase, 'tearingDown');
    await strs.removeFinalizer('one', 'held');
    assert.deepEqual(await settled(Str), []);
  },

  async 'transform DestroyInputFinalizers: an input is held until its output is gone'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    runtime.register(intToStr({ inputFinalizers: true }));
    runtime.start();
    await int('one', 1);
    await settled(Str);
    await strs.addFinalizer('one', 'held');
    assert.equal(await ints.teardown('one'), false);
    await settled(Str);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['T']);
    await assert.rejects(ints.destroy('one'), { code: 'pending-finalizers' });
    await strs.removeFinalizer('one', 'held');
    assert.deepEqual(await settled(Str), []);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
    await ints.destroy('one');
  },

  async 'transform DestroyReconcileTeardown: what is torn down before the start is taken care of'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    await int('one', 1);
    await ints.addFinalizer('one', 'T');
    await ints.teardown('one');
    await strs.create('one', { value: '1' }, { owner: 'T' });
    await strs.create('orphan', { value: '' }, { owner: 'T' });
    await strs.create('foreign', { value: '' }, { owner: 'somebody' });
    runtime.register(intToStr({ inputFinalizers: true }));
    runtime.start();
    assert.deepEqual(await settled(Str), ['foreign=']);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  },

  async 'transform DestroyFinalizersRecreateInput: an input that came again has an output again'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    runtime.register(intToStr());
    runtime.start();
    await int('one', 1);
    await settled(Str);
    await strs.addFinalizer('one', 'held');
    await ints.destroy('one');
    await int('one', 11);
    await settled(Str);
    // Whoever saw it go has to be rid of the old output first.
    await strs.removeFinalizer('one', 'held');
    assert.deepEqual(await settled(Str), ['one=11']);
  },

  async 'transform WithIgnoreTearingDownInputs: an output may stay to the end of its input'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(intToStr({ ignoreTearingDown: true }));
    runtime.start();
    await int('one', 1);
    await ints.addFinalizer('one', 'held');
    await ints.teardown('one');
    assert.deepEqual(await settled(Str), ['one=1']);
    await ints.removeFinalizer('one', 'held');
    await ints.destroy('one');
    assert.deepEqual(await settled(Str), []);
  },

  async 'transform WithOnShutdownCallback: an operator that is stopped says so once'(trial) {
    let stopped = 0;
    trial.runtime.register(intToStr({ shutdownHook: () => void (stopped += 1) }));
    trial.runtime.start();
    await trial.settled(Str);
    await trial.owner.close();
    assert.equal(stopped, 1);
  },

  async 'transform OutputShared: each takes care of its own'({ runtime, ints, int, settled }) {
    for (const [name, rest] of [['Even', 0] as const, ['Odd', 1] as const]) {
      const map: Options['map'] = ({ metadata, spec }) => (spec.value % 2 === rest ? metadata.id : undefined);
      runtime.register(intToStr({ name, outputKind: 'shared', map }));
    }
    runtime.start();
    await int('one', 1);
    await int('two', 2);
    assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
    await ints.set('two', { value: 3 });
    await ints.destroy('one');
    assert.deepEqual(await settled(Str), ['two=3']);
  },

  async 'qtransform DestroyOutput: an operator may say that there shall be no output'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(
      intToStr({ transform: ({ spec }) => (spec.value === 0 ? undefined : { value: String(spec.value) }) }),
    );
    runtime.start();
    await int('one', 1);
    assert.deepEqual(await settled(Str), ['one=1']);
    await ints.set('one', { value: 0 });
    assert.deepEqual(await settled(Str), []);
    await ints.set('one', { value: 2 });
    assert.deepEqual(await settled(Str), ['one=2']);
  },

  'qtransform DestroyWithIgnoreTeardownWhile: an output stays while some hold its input': (trial) =>
    ignoresTeardown(trial, { ignoreTeardownWhile: ['late'] }, ['late']),

  'qtransform DestroyWithIgnoreTeardownUntil: an output stays until only some hold its input': (trial) =>
    ignoresTeardown(trial, { ignoreTeardownUntil: ['early'] }, ['late', 'early']),

  async 'qtransform RemappedInput: an input that moves takes its output along'({ runtime, ints, int, settled }) {
    runtime.register(intToStr({ map: ({ spec }) => `at-${spec.value}`, inputFinalizers: true }));
    runtime.start();
    await int('one', 1);
    assert.deepEqual(await settled(Str), ['at-1=1']);
    await ints.set('one', { value: 2 });
    assert.deepEqual(await settled(Str), ['at-2=2']);
    await ints.teardown('one');
    assert.deepEqual(await settled(Str), []);
    await ints.destroy('one');
  },

  async 'qtransform RequeueErrorBackoff: an operator comes again when it says'({ runtime, int, settled, sim }) {
    const times: number[] = [];
    runtime.register(
      intToStr({
        transform: () => {
          times.push(sim.now);
          if (times.length < 3) throw new RequeueError(1000, { cause: new Error('not yet') });
          return { value: 'done' };
        },
      }),
    );
    runtime.start();
    await int('one', 1);
    assert.deepEqual(await settled(Str), ['one=done']);
    const [first = 0, ...later] = times;
    assert.deepEqual(
      later.map((time) => time - first),
      [1000, 2000],
    );
  },

  async 'qtransform MappedByLabelInput: what an output is made of may lie elsewhere'(trial) {
    const { runtime, strs, int, settled } = trial;
    runtime.register(
      transform({
        name: 'Mapped',
        input: Int,
        output: Sentence,
        extra: { strs: mapped(Str) },
        extraKeys: { strs: (id, resource) => [resource?.metadata.labels.get('int') ?? id] },
        map: ({ metadata }) => metadata.id,
        async transform({ metadata, spec }, { ports }) {
          const texts = await ports.strs.list();
          const mine = texts.filter((text) => text.metadata.labels.get('int') === metadata.id);
          return { value: [spec.value, ...mine.map((text) => text.spec.value)].join(' ') };
        },
      }),
    );
    runtime.start();
    await int('one', 1);
    await strs.create('a', { value: 'x' }, { metadata: { labels: Labels.of({ int: 'one' }) } });
    assert.deepEqual(await settled(Sentence), ['one=1 x']);
    await strs.set('a', { value: 'y' });
    assert.deepEqual(await settled(Sentence), ['one=1 y']);
  },

  async 'merge: one output for what belongs together'({ runtime, ints, int, settled }) {
    runtime.register(
      merge({
        name: 'M',
        input: Int,
        output: Str,
        key: ({ metadata }) => metadata.id.split('-')[0],
        merge: (all) => ({ value: all.map(({ spec }) => spec.value).join('+') }),
      }),
    );
    runtime.start();
    for (const [id, value] of [['a-1', 1] as const, ['a-2', 2] as const, ['b-1', 3] as const]) await int(id, value);
    assert.deepEqual(await settled(Str), ['a=1+2', 'b=3']);
    await ints.destroy('b-1');
    await ints.set('a-1', { value: 4 });
    assert.deepEqual(await settled(Str), ['a=4+2']);
  },

  async 'cleanup NoRemovalUntilNoOutputs: an input stays as long as something was made for it'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    const parentOf = ({ metadata }: { readonly metadata: { readonly labels: Labels } }) => metadata.labels.get('int');
    runtime.register(cleanup({ name: 'C', input: Int, handler: hasNoOutputs(Str, parentOf) }));
    runtime.start();
    await int('one', 1);
    for (const id of ['a', 'b']) {
      await strs.create(id, { value: '' }, { metadata: { labels: Labels.of({ int: 'one' }) } });
    }
    await settled(Int);
    assert.equal(await ints.teardown('one'), false);
    await strs.destroy('a');
    await settled(Int);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['C']);
    await strs.destroy('b');
    await settled(Int);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  },

  async 'cleanup RemoveWithOutputs: what was made for an input goes before it'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    const parentOf = ({ metadata }: { readonly metadata: { readonly labels: Labels } }) => metadata.labels.get('int');
    const handler = removeOutputs(Str, parentOf, { extraOwners: ['known'] });
    runtime.register(cleanup({ name: 'C', input: Int, handler: combine(handler) }));
    runtime.start();
    await int('one', 1);
    for (const owner of ['', 'known', 'other']) {
      const metadata = { labels: Labels.of({ int: 'one' }) };
      await strs.create(`of-${owner}`, { value: '' }, { owner, metadata });
    }
    await strs.addFinalizer('of-known', 'held');
    await settled(Int);
    await ints.teardown('one');
    assert.deepEqual(await settled(Str), ['of-known=', 'of-other=']);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['C']);
    await strs.removeFinalizer('of-known', 'held');
    assert.deepEqual(await settled(Str), ['of-other=']);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  },

  async 'cleanup: a handler may say that it is too early'({ runtime, ints, int, settled }) {
    let isEarly = true;
    const handler = {
      ports: {},
      start: () => ({
        keysOf: () => [],
        remove: () => (isEarly ? Promise.reject(new SkipReconcileError('too early')) : Promise.resolve()),
      }),
    };
    runtime.register(cleanup({ name: 'C', input: Int, handler }));
    runtime.start();
    await int('one', 1);
    await settled(Int);
    await ints.teardown('one');
    await settled(Int);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['C']);
    isEarly = false;
    await ints.update('one', ({ metadata, spec }) => ({ metadata, spec: { value: spec.value + 1 } }), {
      expectedPhase: 'any',
    });
    await settled(Int);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  },

  async 'destroy Flow: what users tore down goes when nobody holds it'({ runtime, ints, int, settled }) {
    runtime.register(destroy(Int));
    runtime.start();
    await int('one', 1);
    await int('two', 2);
    await ints.create('owned', { value: 3 }, { owner: 'somebody' });
    await ints.addFinalizer('two', 'held');
    for (const id of ['one', 'two']) await ints.teardown(id);
    await ints.teardown('owned', { owner: 'somebody' });
    assert.deepEqual(await settled(Int), ['owned=3', 'two=2']);
    await ints.removeFinalizer('two', 'held');
    assert.deepEqual(await settled(Int), ['owned=3']);
  },
};

/** Some finalizers of an input keep its output, though the input is torn down; they go one by one. */
async function ignoresTeardown(trial: RuntimeTrial, options: Options, finalizers: readonly string[]): Promise<void> {
  const { runtime, ints, strs, int, settled } = trial;
  runtime.register(intToStr({ inputFinalizers: true, ...options }));
  runtime.start();
  await int('one', 1);
  await ints.addFinalizer('one', ...finalizers);
  await settled(Str);
  await ints.teardown('one');
  assert.deepEqual(await settled(Str), ['one=1']);
  await ints.removeFinalizer('one', 'late');
  assert.deepEqual(await settled(Str), []);
  await assertGone(strs, 'one');
  assert.ok(!(await ints.get('one')).metadata.finalizers.includes('T'));
}
