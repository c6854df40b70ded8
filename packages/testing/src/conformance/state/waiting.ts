import assert from 'node:assert/strict';
import { teardownAndDestroy, teardownSignal, watchFor } from '@cosi-ts/runtime';
import { assertSame, pointer, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

/** Rules about operations that wait for others. */
export const WAITING_RULES: Readonly<Record<string, Rule>> = {
  async 'WatchFor: ends when the resource is as it shall be'({ state, paths, create }) {
    const at = pointer('waited');
    const coming = watchFor(state, at, { types: ['created'] });
    const created = await create('waited');
    assertSame(await coming, created);
    assertSame(await watchFor(state, at, { finalizersEmpty: true }), created);
    const leaving = watchFor(state, at, { phases: ['tearingDown'] });
    assert.equal(await paths.teardown('waited'), true);
    assert.equal((await leaving).metadata.phase, 'tearingDown');
    await paths.addFinalizer('waited', 'A');
    const free = watchFor(state, at, { finalizersEmpty: true });
    await paths.removeFinalizer('waited', 'A');
    assert.deepEqual((await free).metadata.finalizers, []);
    const gone = watchFor(state, at, { types: ['destroyed'] });
    await paths.destroy('waited');
    assert.equal((await gone).metadata.id, 'waited');
  },

  async 'ContextWithTeardown: what is done for a resource ends when that goes'({ state, paths, create, watchKind }) {
    using missing = await teardownSignal(state, pointer('missing'));
    await ended(missing.signal);
    await create('one');
    await create('two');
    using one = await teardownSignal(state, pointer('one'));
    using two = await teardownSignal(state, pointer('two'));
    // Whatever the signals were told, this comes behind it.
    const events = await watchKind({ tailEvents: 1 });
    await events.expect('created', 'two');
    await paths.update('one', ({ metadata, spec }) => ({ metadata: { ...metadata, finalizers: ['A'] }, spec }));
    await paths.removeFinalizer('one', 'A');
    assert.deepEqual([one.signal.aborted, two.signal.aborted], [false, false]);
    await paths.destroy('one');
    await ended(one.signal);
    assert.equal(two.signal.aborted, false);
    await paths.teardown('two');
    await ended(two.signal);
  },

  async 'TeardownAndDestroy: waits for those who hold the resource'({ state, paths, create, watch }) {
    await create('td');
    await paths.addFinalizer('td', 'A');
    const events = await watch('td');
    await events.expect('created', 'td');
    const whole = teardownAndDestroy(state, pointer('td'));
    const leaving = await events.expect('updated', 'td');
    assert.equal(leaving.resource.metadata.phase, 'tearingDown');
    await paths.removeFinalizer('td', 'A');
    await whole;
    await assert.rejects(paths.get('td'), { code: 'not-found' });
  },
};

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
