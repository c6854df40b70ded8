import assert from 'node:assert/strict';
import { sleep, type Timers } from '@cosi-ts/core';
import {
  RequeueError,
  collection,
  defineQueueController,
  exclusive,
  mappedDestroyReady,
  primary,
  watchFor,
  type Controller,
} from '@cosi-ts/runtime';
import { assertGone, show, type RuntimeTrial } from './subject.ts';
import { Int, Str } from './types.ts';

type Rule = (trial: RuntimeTrial) => Promise<void>;

/** Rules about controllers that look at one resource at a time. */
export const QUEUE_RULES: Readonly<Record<string, Rule>> = {
  async 'QIntToStrController: every key is reconciled, and held until its output is gone'(trial) {
    const { runtime, state, ints, strs, int, sim, owner } = trial;
    const hooks: string[] = [];
    runtime.register(queueIntToStr({ concurrency: 4, timers: trial.host.timers, hooks }));
    await int('one', 1);
    runtime.start();
    await int('two', 2);
    await sim.advance('5s');
    assert.deepEqual(await show(state, Str), ['one=1', 'two=2']);
    await ints.set('two', { value: 22 });
    await sim.advance('5s');
    assert.deepEqual(await show(state, Str), ['one=1', 'two=22']);

    assert.equal(await ints.teardown('two'), false);
    await sim.advance('5s');
    await assertGone(strs, 'two');
    assert.deepEqual((await ints.get('two')).metadata.finalizers, []);
    await ints.destroy('two');

    await strs.addFinalizer('one', 'held');
    await ints.teardown('one');
    await sim.advance('10s');
    assert.equal((await strs.get('one')).metadata.phase, 'tearingDown');
    assert.deepEqual((await ints.get('one')).metadata.finalizers, ['QIntToStr']);
    await strs.removeFinalizer('one', 'held');
    await sim.advance('5s');
    await assertGone(strs, 'one');
    await ints.destroy('one');
    const controller = new AbortController();
    const never = watchFor(state, Int.pointer('one'), { finalizersEmpty: true }, { signal: controller.signal });
    controller.abort(new Error('waited in vain'));
    await assert.rejects(never, { message: 'waited in vain' });

    await sim.advance('10s');
    const { value } = (await collection(state, Invocation).get('last')).spec;
    assert.ok(value >= 10, `the hook went round ${value} times`);
    await owner.close();
    assert.deepEqual(hooks, ['failed', 'started', 'shut down']);
  },

  async 'QFailingController: a key that fails is tried again, and holds up no other'(trial) {
    const { runtime, strs, int, state, sim } = trial;
    const healed = new Set<string>();
    runtime.register(
      defineQueueController({
        name: 'QFailing',
        ports: { ints: primary(Int), strs: exclusive(Str) },
        async reconcile({ ints, strs }, id) {
          const found = await ints.find(id);
          if (found === undefined) return;
          const how = healed.has(id) ? 'ok' : BEHAVIOURS[found.spec.value];
          if (how === 'fail') throw new Error('failing');
          if (how === 'panic') return broken();
          if (how === 'requeue_no_error') throw new RequeueError(100);
          if (how === 'requeue_with_error') throw new RequeueError(100, { cause: new Error('failing') });
          await strs.set(id, { value: how ?? '' });
        },
      }),
    );
    for (let value = 0; value < 3; value += 1) await int(`id${value + 1}`, value);
    runtime.start();
    for (let value = 3; value < 5; value += 1) await int(`id${value + 1}`, value);
    await sim.advance('10s');
    assert.deepEqual(await show(state, Str), ['id5=ok']);
    healed.add('id3');
    await sim.advance('5s');
    assert.deepEqual(await show(state, Str), ['id3=ok', 'id5=ok']);
    healed.add('id4').add('id2');
    await sim.advance('2m');
    assert.deepEqual(await show(state, Str), ['id2=ok', 'id3=ok', 'id4=ok', 'id5=ok']);
    await assertGone(strs, 'id1');
  },

  async 'QIntToStrSleepingController: long work on a key that goes is ended'(trial) {
    const { runtime, ints, int, state, sim } = trial;
    runtime.register(queueIntToStr({ concurrency: 1, timers: trial.host.timers, isSlow: true }));
    await int('slow', 10_000);
    runtime.start();
    await sim.advance('1s');
    await int('one', 1);
    await int('two', 2);
    await sim.advance('3s');
    assert.deepEqual(await show(state, Str), []);
    await ints.teardown('slow');
    await sim.advance('3s');
    assert.deepEqual(await show(state, Str), ['one=1', 'two=2']);
    assert.deepEqual((await ints.get('slow')).metadata.finalizers, []);
  },

  async 'Queue: no key is worked on twice at a time, and none is forgotten'(trial) {
    const { runtime, ints, int, sim } = trial;
    const { timers } = trial.host;
    const busy = new Set<string>();
    const seen = new Map<string, number>();
    let most = 0;
    runtime.register(
      defineQueueController({
        name: 'Busy',
        ports: { ints: primary(Int), strs: exclusive(Str) },
        concurrency: 5,
        async reconcile({ ints }, id) {
          assert.ok(!busy.has(id), `${id} is worked on twice`);
          busy.add(id);
          most = Math.max(most, busy.size);
          const found = await ints.find(id);
          await sleep(timers, 5, undefined);
          seen.set(id, found?.spec.value ?? -1);
          busy.delete(id);
        },
      }),
    );
    runtime.start();
    const ids = Array.from({ length: 20 }, (_, index) => `id${index}`);
    for (const id of ids) await int(id, 0);
    for (let value = 1; value <= 10; value += 1) {
      for (const id of ids) await ints.set(id, { value });
      await sim.advance(sim.choose('pause', 8));
    }
    await sim.settle();
    assert.deepEqual(
      ids.map((id) => seen.get(id)),
      ids.map(() => 10),
    );
    assert.equal(most, 5);
  },

  async 'Overrun: a burst that no history holds is caught up with'(trial) {
    const { runtime, state, ints, int, settled } = trial;
    runtime.register(queueIntToStr({ concurrency: 4, timers: trial.host.timers }));
    runtime.start();
    const count = 300;
    for (let index = 0; index < count; index += 1) await int(`${index}`, 0);
    for (let index = 0; index < count; index += 2) await ints.set(`${index}`, { value: 1 });
    const texts = await settled(Str);
    assert.equal(texts.length, count);
    assert.equal(texts.filter((text) => text.endsWith('=1')).length, count / 2);
    assert.equal((await collection(state, Int).list()).length, count);
  },
};

/** Rules that need a state whose watches forget soon. */
export const HISTORIES = new Map([
  ['Overrun: a burst that no history holds is caught up with', { initialCapacity: 10, maxCapacity: 10, gap: 1 }],
]);

/** What no type allows. */
function broken(): Promise<void> {
  const nothing = undefined as unknown as () => Promise<void>;
  return nothing();
}

const BEHAVIOURS = ['fail', 'panic', 'requeue_no_error', 'requeue_with_error', 'ok'];

const Invocation = Int.in('hooks');

/** A text for each int, key by key. */
function queueIntToStr(options: {
  readonly concurrency: number;
  readonly timers: Timers;
  /** Told what the hooks do; there are none without it. */
  readonly hooks?: string[];
  /** Lets each key take as many milliseconds as its value. */
  readonly isSlow?: boolean;
}): Controller {
  const { concurrency, hooks, timers, isSlow = false } = options;
  return defineQueueController({
    name: 'QIntToStr',
    ports: {
      ints: primary(Int),
      ready: mappedDestroyReady(Str),
      strs: exclusive(Str),
      invocations: exclusive(Invocation),
    },
    concurrency,
    async reconcile({ ints, strs }, id) {
      const found = await ints.find(id);
      if (found === undefined) return;
      if (found.metadata.phase === 'tearingDown') {
        if (await strs.remove(id)) await ints.removeFinalizer(id, 'QIntToStr');
        return;
      }
      await ints.addFinalizer(id, 'QIntToStr');
      if (isSlow) await sleep(timers, found.spec.value, await ints.teardownSignal(id));
      await strs.set(id, { value: String(found.spec.value) });
    },
    runHook: async ({ invocations }, { signal }) => {
      if (hooks === undefined) return;
      hooks.push(hooks.length === 0 ? 'failed' : 'started');
      if (hooks.length === 1) throw new Error('not yet');
      for (let count = 1; !signal.aborted; count += 1) {
        await invocations.set('last', { value: count });
        await sleep(timers, 1000, signal);
      }
    },
    shutdownHook: () => void hooks?.push('shut down'),
  });
}
