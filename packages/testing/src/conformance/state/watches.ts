import assert from 'node:assert/strict';
import { sameKind } from '@cosi-ts/resources';
import { inBatches, plainly, type Through } from './batches.ts';
import { Path, assertSame, assertSameEvents, idsOf, labelled, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

/** Rules about watches that begin now, with what there is, or with the end of history. */
export const WATCH_RULES: Readonly<Record<string, Rule>> = {
  async 'Watch: begins with the state of its resource, and tells every change'({ paths, create, watch }) {
    const events = await watch('watched');
    await events.expect('destroyed', 'watched');
    const created = await create('watched');
    await create('unwatched');
    await events.expect('created', created);
    assert.equal(await paths.teardown('watched'), true);
    const leaving = await events.expect('updated', await paths.get('watched'));
    assert.equal(leaving.resource.metadata.phase, 'tearingDown');
    assertSame(leaving.old, created);
    await paths.addFinalizer('watched', 'A');
    const held = await paths.get('watched');
    await events.expect('updated', held);
    await paths.removeFinalizer('watched', 'A');
    assertSame((await events.expect('updated', 'watched')).old, held);
    const last = await paths.get('watched');
    await paths.destroy('watched');
    await events.expect('destroyed', last);
    const later = await watch('unwatched');
    await later.expect('created', 'unwatched');
  },

  'WatchKind: tells every change of its kind': (subject) => watchesKind(subject, plainly),

  'WatchKindAggregated: what is pending comes in one batch': (subject) => watchesKind(subject, inBatches),

  async 'WatchWithTailEvents: begins with the last events of its resource'({ paths, create, watch }) {
    const events = await watch('tail');
    await events.expect('destroyed', 'tail');
    await live(paths, create, 'tail');
    await create('other');
    const all = await events.take(5);
    assertSameEvents(await (await watch('tail', { tailEvents: 1000 })).take(5), all);
    assertSameEvents(await (await watch('tail', { tailEvents: 2 })).take(2), all.slice(3));
    const later = await watch('tail', { tailEvents: 1 });
    await create('tail');
    await later.expect('destroyed', 'tail');
    await later.expect('created', 'tail');
  },

  async 'WatchKindWithTailEvents: begins with the last events of its kind'({ paths, create, watchKind }) {
    const events = await watchKind();
    await live(paths, create, 'tail');
    const all = await events.take(5);
    assertSameEvents(await (await watchKind({ tailEvents: 1000 })).take(5), all);
    assertSameEvents(await (await watchKind({ tailEvents: 3 })).take(3), all.slice(2));
  },

  async 'WatchKindAggregatedWithTailEvents: those come in one batch, and the live ones after them'(subject) {
    const { paths, create, watchKind } = subject;
    const events = await watchKind();
    await live(paths, create, 'tail');
    const all = await events.take(5);
    const later = await watchKind({ tailEvents: 1000 });
    assertSameEvents(await later.batch(), all);
    await create('tail');
    await later.expect('created', 'tail');
  },
};

/** Five events: a creation, three updates, a destruction. */
async function live(paths: StateSubject['paths'], create: StateSubject['create'], id: string): Promise<void> {
  await create(id);
  for (const value of ['1', '2'])
    await paths.update(
      id,
      labelled((labels) => labels.with('step', value)),
    );
  await paths.teardown(id);
  await paths.destroy(id);
}

async function watchesKind({ state, paths, create, watchKind }: StateSubject, through: Through): Promise<void> {
  const first = await create('path1');
  const events = through(await watchKind());
  const second = await create('path2');
  await paths.teardown('path1');
  const leaving = await paths.get('path1');
  await paths.destroy('path1');
  await events.expect('created', second);
  assertSame((await events.expect('updated', leaving)).old, first);
  await events.expect('destroyed', leaving);
  const changed = await state.update(second);
  assertSame((await events.expect('updated', changed)).old, second);

  await create('path0');
  await events.expect('created', 'path0');
  const whole = through(await watchKind({ bootstrapContents: true }));
  const listed = await paths.list();
  assert.deepEqual(idsOf(listed), ['path0', 'path2']);
  for (const resource of listed) await whole.expect('created', resource);
  assert.ok(sameKind((await whole.expect('bootstrapped', '')).resource.metadata, Path));
  const again = await state.update(changed);
  for (const each of [events, whole]) assertSame((await each.expect('updated', again)).old, changed);
}
