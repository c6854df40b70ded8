import assert from 'node:assert/strict';
import { transform } from '@cosi-ts/runtime';
import type { RuntimeTrial } from './subject.ts';
import { Int, Str } from './types.ts';

export type Rule = (trial: RuntimeTrial) => Promise<void>;
export type TransformOptions = Partial<
  Parameters<typeof transform<{ readonly value: number }, { readonly value: string }>>[0]
>;

/** A text for each int. */
export const textOfInt = (options: TransformOptions = {}) =>
  transform({
    name: 'T',
    input: Int,
    output: Str,
    map: ({ metadata }) => metadata.id,
    transform: ({ spec }) => ({ value: String(spec.value) }),
    ...options,
  });

/**
 * What holds of every operator that makes one output of each input.
 *
 * @param name of the original's style: its queue style always holds its inputs
 */
export function derivationRules(name: 'transform' | 'qtransform'): Readonly<Record<string, Rule>> {
  const inputFinalizers = name === 'qtransform';
  const operator = (options: TransformOptions = {}) => textOfInt({ inputFinalizers, ...options });

  /** An input goes, or wants to: one that is held is torn down first. */
  const remove = async ({ ints, settled }: RuntimeTrial, id: string): Promise<void> => {
    if (inputFinalizers && !(await ints.teardown(id))) await settled(Int);
    const { finalizers } = (await ints.get(id)).metadata;
    if (finalizers.length === 0) await ints.destroy(id);
  };

  const rules: Readonly<Record<string, Rule>> = {
    async 'SimpleMap: an output for each input, as it is'({ runtime, ints, int, settled }) {
      runtime.register(operator());
      await int('one', 1);
      runtime.start();
      await int('two', 2);
      assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
      await ints.set('two', { value: 22 });
      assert.deepEqual(await settled(Str), ['one=1', 'two=22']);
    },

    async 'MapWithMissing: an input may be mapped to nothing, and again to something'(trial) {
      const { runtime, ints, int, settled } = trial;
      runtime.register(operator({ map: ({ metadata, spec }) => (spec.value < 0 ? undefined : metadata.id) }));
      runtime.start();
      await int('one', 1);
      await int('two', -2);
      assert.deepEqual(await settled(Str), ['one=1']);
      await ints.set('one', { value: -1 });
      await ints.set('two', { value: 2 });
      assert.deepEqual(await settled(Str), ['two=2']);
      for (const id of ['one', 'two']) await remove(trial, id);
      assert.deepEqual([await settled(Str), await settled(Int)], [[], []]);
    },

    async 'MapWithErrors: an input that fails holds up no other'({ runtime, ints, int, sim, settled, state }) {
      const failing: TransformOptions['transform'] = ({ spec }) => {
        if (spec.value < 0) throw new Error('negative');
        return { value: String(spec.value) };
      };
      runtime.register(operator({ transform: failing }));
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

    async 'Destroy: an output goes with its input'(trial) {
      const { runtime, int, settled } = trial;
      runtime.register(operator());
      runtime.start();
      for (const [id, value] of Object.entries({ one: 1, two: 2, three: 3 })) await int(id, value);
      assert.deepEqual(await settled(Str), ['one=1', 'three=3', 'two=2']);
      await remove(trial, 'two');
      assert.deepEqual(
        [await settled(Str), await settled(Int)],
        [
          ['one=1', 'three=3'],
          ['one=1', 'three=3'],
        ],
      );
      for (const id of ['one', 'three']) await remove(trial, id);
      assert.deepEqual([await settled(Str), await settled(Int)], [[], []]);
    },

    async 'DestroyOutputFinalizers: an output that is held goes when it is let go'(trial) {
      const { runtime, ints, strs, int, settled } = trial;
      runtime.register(operator());
      runtime.start();
      await int('one', 1);
      await settled(Str);
      await strs.addFinalizer('one', 'held');
      await remove(trial, 'one');
      await settled(Str);
      assert.equal((await strs.get('one')).metadata.phase, 'tearingDown');
      assert.deepEqual((await ints.find('one'))?.metadata.finalizers, inputFinalizers ? ['T'] : undefined);
      await strs.removeFinalizer('one', 'held');
      assert.deepEqual(await settled(Str), []);
      assert.deepEqual((await ints.find('one'))?.metadata.finalizers, inputFinalizers ? [] : undefined);
    },

    async 'DestroyFinalizersRecreateInput: an input that came again has an output again'(trial) {
      const { runtime, ints, strs, int, settled } = trial;
      runtime.register(operator());
      runtime.start();
      await int('one', 1);
      await settled(Str);
      await strs.addFinalizer('one', 'held');
      await remove(trial, 'one');
      if (!inputFinalizers) await int('one', 11);
      await settled(Str);
      // Whoever saw it go has to be rid of the old output first.
      await strs.removeFinalizer('one', 'held');
      if (inputFinalizers) {
        assert.deepEqual(await settled(Str), []);
        await ints.destroy('one');
        await int('one', 11);
      }
      assert.deepEqual(await settled(Str), ['one=11']);
    },

    async 'OutputShared: each takes care of its own'(trial) {
      const { runtime, ints, int, settled } = trial;
      for (const [name, rest] of [['Even', 0] as const, ['Odd', 1] as const]) {
        const map: TransformOptions['map'] = ({ metadata, spec }) =>
          spec.value % 2 === rest ? metadata.id : undefined;
        runtime.register(operator({ name, outputKind: 'shared', map }));
      }
      runtime.start();
      await int('one', 1);
      await int('two', 2);
      assert.deepEqual(await settled(Str), ['one=1', 'two=2']);
      await ints.set('two', { value: 3 });
      await remove(trial, 'one');
      assert.deepEqual(await settled(Str), ['two=3']);
    },
  };
  return Object.fromEntries(Object.entries(rules).map(([rule, run]) => [`${name} ${rule}`, run]));
}
