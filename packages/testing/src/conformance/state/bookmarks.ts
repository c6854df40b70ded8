import assert from 'node:assert/strict';
import { inBatches, plainly, type Through } from './batches.ts';
import { assertSameEvents, labelled, type EventReader, type Seen, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

/** Rules about going on behind an event. */
export const BOOKMARK_RULES: Readonly<Record<string, Rule>> = {
  async 'WatchWithBookmarks: a watch goes on behind any of its events'({ paths, create, watch }) {
    const events = await watch('b');
    await create('b');
    await paths.teardown('b');
    await paths.addFinalizer('b', 'A');
    await paths.removeFinalizer('b', 'A');
    await paths.destroy('b');
    const seen = await events.take(6);
    assert.deepEqual(
      seen.map(({ type }) => type),
      ['destroyed', 'created', 'updated', 'updated', 'updated', 'destroyed'],
    );
    await resumesFromEach(seen.slice(1), create, (from) => watch('b', { from }));
  },

  'WatchKindWithBookmarks: a watch goes on behind its contents and any of its events': (subject) =>
    resumesKind(subject, { bootstrapContents: true }, plainly),

  'WatchKindWithBookmarks: the same in batches': (subject) =>
    resumesKind(subject, { bootstrapContents: true }, inBatches),

  'WatchKindWithBookmarks: and from its beginning, if it asked for a bookmark there': (subject) =>
    resumesKind(subject, { bootstrapBookmark: true }, plainly),

  'WatchKindWithBookmarks: that in batches, too': (subject) =>
    resumesKind(subject, { bootstrapBookmark: true }, inBatches),
};

async function resumesKind(
  { paths, create, watchKind }: StateSubject,
  options: { readonly bootstrapContents?: boolean; readonly bootstrapBookmark?: boolean },
  through: Through,
): Promise<void> {
  await create('b');
  await create('other');
  const events = through(await watchKind(options));
  for (const value of ['1', '2'])
    await paths.update(
      'b',
      labelled((labels) => labels.with('step', value)),
    );
  await paths.teardown('b');
  await paths.destroy('b');
  if (options.bootstrapContents === true) for (const id of ['b', 'other']) await events.expect('created', id);
  const seen = await events.take(5);
  assert.deepEqual(
    seen.map(({ type }) => type),
    [options.bootstrapContents === true ? 'bootstrapped' : 'noop', 'updated', 'updated', 'updated', 'destroyed'],
  );
  await resumesFromEach(seen, create, async (from) => through(await watchKind({ from })));
}

/** From the bookmark of each event on, the events behind it come again, and then what is new. */
async function resumesFromEach(
  seen: readonly Seen[],
  create: StateSubject['create'],
  resume: (from: NonNullable<Seen['bookmark']>) => Promise<EventReader>,
): Promise<void> {
  const created = await create('b');
  for (const [index, { type, bookmark }] of seen.entries()) {
    assert.ok(bookmark, `event ${index} (${type}) has no bookmark`);
    const events = await resume(bookmark);
    const rest = seen.slice(index + 1);
    assertSameEvents(await events.take(rest.length), rest);
    await events.expect('created', created);
  }
}
