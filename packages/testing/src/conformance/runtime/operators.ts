import assert from 'node:assert/strict';
import { Labels, type Resource } from '@cosi-ts/resources';
import {
  RequeueError,
  SkipReconcileError,
  cleanup,
  cleanupHandler,
  collection,
  combine,
  destroy,
  hasNoOutputs,
  mapped,
  merge,
  removeOutputs,
  transform,
} from '@cosi-ts/runtime';
import { derivationRules, textOfInt, type Rule, type TransformOptions } from './derivations.ts';
import { assertGone, type RuntimeTrial } from './subject.ts';
import { Int, Sentence, Str } from './types.ts';

/** Rules about operators: what they make follows what they make it of. */
export const OPERATOR_RULES: Readonly<Record<string, Rule>> = {
  ...derivationRules('transform'),
  ...derivationRules('qtransform'),

  async 'transform DestroyInputFinalizers: an input is held until its output is gone'(trial) {
    const { runtime, ints, strs, int, settled } = trial;
    runtime.register(textOfInt({ inputFinalizers: true }));
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
    runtime.register(textOfInt({ inputFinalizers: true }));
    runtime.start();
    assert.deepEqual(await settled(Str), ['foreign=']);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  },

  async 'transform WithIgnoreTearingDownInputs: an output may stay to the end of its input'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(textOfInt({ ignoreTearingDown: true }));
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
    trial.runtime.register(textOfInt({ shutdownHook: () => void (stopped += 1) }));
    trial.runtime.start();
    await trial.settled(Str);
    await trial.owner.close();
    assert.equal(stopped, 1);
  },

  async 'transform WithExtraChannel: an operator may be woken by what is no resource'(trial) {
    const { runtime, int, settled } = trial;
    const wakes = new Set<(id?: string) => void>();
    let factor = 1;
    runtime.register(
      textOfInt({
        transform: ({ spec }) => ({ value: String(spec.value * factor) }),
        started({ wake, owner }) {
          wakes.add(wake);
          const forget = (): void => void wakes.delete(wake);
          owner.attach({ close: forget, drop: forget });
        },
      }),
    );
    runtime.start();
    await int('one', 1);
    await int('two', 2);
    assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
    factor = 10;
    for (const wake of wakes) wake('one');
    assert.deepEqual(await settled(Str), ['one=10', 'two=2']);
    for (const wake of wakes) wake();
    assert.deepEqual(await settled(Str), ['one=10', 'two=20']);
    await trial.owner.close();
    assert.equal(wakes.size, 0);
  },

  async 'transform Hooks: what comes in one go is worked on in one go'(trial) {
    const { runtime, state, settled } = trial;
    const made: string[] = [];
    runtime.register(
      textOfInt({
        map: () => 'all',
        transform: ({ metadata, spec }) => {
          made.push(metadata.id);
          return { value: String(spec.value) };
        },
      }),
    );
    runtime.start();
    await settled(Str);
    await Promise.all(['a', 'b', 'c'].map((id, value) => collection(state, Int).create(id, { value })));
    assert.deepEqual(await settled(Str), ['all=2']);
    assert.ok(made.length <= 3, `it was made ${made.length} times`);
    assert.equal(made.at(-1), 'c');
  },

  async 'qtransform DestroyOutput: an operator may say that there shall be no output'(trial) {
    const { runtime, ints, int, settled } = trial;
    runtime.register(
      textOfInt({ transform: ({ spec }) => (spec.value === 0 ? undefined : { value: String(spec.value) }) }),
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
    runtime.register(textOfInt({ map: ({ spec }) => `at-${spec.value}`, inputFinalizers: true }));
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
      textOfInt({
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

  'cleanup NoRemovalUntilNoOutputs: an input stays as long as something was made for it': (trial) =>
    staysWithOutputs(trial, ['a']),

  'cleanup NoRemovalUntilNoOutputsMultiple: … and as long as there is anything left of it': (trial) =>
    staysWithOutputs(trial, ['a', 'b', 'c']),

  'cleanup RemoveWithOutputs: what was made for an input goes before it': (trial) => goesAfterOutputs(trial, []),

  'cleanup RemoveWithExtraOwners: … also what some controllers made, and nothing of others': (trial) =>
    goesAfterOutputs(trial, ['known']),

  async 'cleanup: a handler may say that it is too early'({ runtime, ints, int, settled }) {
    let isEarly = true;
    const handler = cleanupHandler({
      ports: { strs: mapped(Str) },
      start: () => ({
        keysOf: (_port, id) => [id],
        async remove(_input, { strs }) {
          if (isEarly) throw new SkipReconcileError('too early');
          assert.deepEqual(await strs.list(), []);
        },
      }),
    });
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
async function ignoresTeardown(
  trial: RuntimeTrial,
  options: TransformOptions,
  finalizers: readonly string[],
): Promise<void> {
  const { runtime, ints, strs, int, settled } = trial;
  runtime.register(textOfInt({ inputFinalizers: true, ...options }));
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

/** Made for the int that its label names. */
const parentOf = ({ metadata }: Pick<Resource, 'metadata'>): string | undefined => metadata.labels.get('int');
const madeFor = (id: string) => ({ metadata: { labels: Labels.of({ int: id }) } });

async function staysWithOutputs(trial: RuntimeTrial, outputs: readonly string[]): Promise<void> {
  const { runtime, ints, strs, int, settled } = trial;
  runtime.register(cleanup({ name: 'C', input: Int, handler: hasNoOutputs(Str, parentOf) }));
  runtime.start();
  await int('one', 1);
  await int('other', 2);
  for (const id of outputs) await strs.create(id, { value: '' }, madeFor('one'));
  await strs.create('of-other', { value: '' }, madeFor('other'));
  await settled(Int);
  assert.equal(await ints.teardown('one'), false);
  for (const id of outputs) {
    await settled(Int);
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['C']);
    await strs.destroy(id);
  }
  await settled(Int);
  assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  assert.deepEqual((await ints.get('other')).metadata.finalizers, ['C']);
}

async function goesAfterOutputs(trial: RuntimeTrial, extraOwners: readonly string[]): Promise<void> {
  const { runtime, ints, strs, int, settled } = trial;
  const handler = combine(removeOutputs(Str, parentOf, { extraOwners }));
  runtime.register(cleanup({ name: 'C', input: Int, handler }));
  runtime.start();
  await int('one', 1);
  const owners = ['', ...extraOwners];
  for (const owner of [...owners, 'other']) {
    await strs.create(`of-${owner}`, { value: '' }, { owner, ...madeFor('one') });
  }
  await strs.create('elsewhere', { value: '' }, madeFor('two'));
  const held = `of-${owners.at(-1)}`;
  await strs.addFinalizer(held, 'held');
  await settled(Int);
  await ints.teardown('one');
  // What belongs to another controller is not waited for.
  assert.deepEqual(await settled(Str), ['elsewhere=', `${held}=`, 'of-other=']);
  assert.equal((await strs.get(held)).metadata.phase, 'tearingDown');
  assert.deepEqual((await ints.get('one')).metadata.finalizers, ['C']);
  await strs.removeFinalizer(held, 'held');
  assert.deepEqual(await settled(Str), ['elsewhere=', 'of-other=']);
  assert.deepEqual((await ints.get('one')).metadata.finalizers, []);
  await ints.destroy('one');
}
