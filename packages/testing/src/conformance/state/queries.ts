import assert from 'node:assert/strict';
import { compileQuery, type LabelTerm, type Query } from '@cosi-ts/runtime';
import { inBatches, plainly, type Through } from './batches.ts';
import { assertSame, idsOf, labelled, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

const exists = (key: string): LabelTerm => ({ key, op: 'exists' });
const equal = (key: string, value: string): LabelTerm => ({ key, op: 'equal', values: [value] });
/** All of the terms of one of the alternatives. */
const labels = (...alternatives: readonly LabelTerm[][]): Query => compileQuery({ labels: alternatives });

/** Rules about choosing resources by label and id. */
export const QUERY_RULES: Readonly<Record<string, Rule>> = {
  async 'Labels: a list holds what its query selects'({ paths, create }) {
    const created = [
      await create('app1', { app: 'app1', frozen: '', weight: '10kg' }),
      await create('app2', { app: 'app2', frozen: '', weight: '20kg' }),
      await create('app3', { app: 'app3' }),
    ];
    const select = async (query: Query): Promise<string[]> => {
      const listed = await paths.list({ query });
      const byId = new Map(created.map((resource) => [resource.metadata.id, resource]));
      for (const resource of listed) assertSame(byId.get(resource.metadata.id), resource);
      return idsOf(listed);
    };
    const term = (key: string, op: LabelTerm['op'], ...values: string[]): Query => labels([{ key, op, values }]);
    assert.deepEqual(await select(labels([exists('frozen')])), ['app1', 'app2']);
    assert.deepEqual(await select(labels([exists('frozen'), equal('app', 'app2')])), ['app2']);
    assert.deepEqual(await select(labels([exists('frozen'), equal('app', 'app3')])), []);
    assert.deepEqual(await select(labels([equal('app', 'app3')])), ['app3']);
    assert.deepEqual(await select(term('app', 'in', 'app2', 'app3')), ['app2', 'app3']);
    assert.deepEqual(await select(term('weight', 'ltNumeric', '12000')), ['app1']);
    assert.deepEqual(await select(term('weight', 'lteNumeric', '20000')), ['app1', 'app2']);
    assert.deepEqual(await select(term('app', 'lte', 'app2')), ['app1', 'app2']);
    assert.deepEqual(await select(term('app', 'lt', 'app2')), ['app1']);
    assert.deepEqual(await select(labels([equal('app', 'app2')], [equal('app', 'app3')])), ['app2', 'app3']);
  },

  async 'IDQuery: lists and watches hold what their pattern finds'({ paths, create, watchKind }) {
    const ids = Array.from({ length: 10 }, (_, index) => `idquery/path${index}`);
    for (const id of ids) await create(id);
    const query = compileQuery({ id: '^idquery/.+[2-4]$' });
    const selected = ids.slice(2, 5);
    assert.deepEqual(idsOf(await paths.list({ query })), selected);
    const events = await watchKind({ query, bootstrapContents: true });
    for (const id of selected) await events.expect('created', id);
    await events.expect('bootstrapped');
    for (const id of ids) await paths.destroy(id);
    await create('idquery/path4');
    for (const id of selected) await events.expect('destroyed', id);
    await events.expect('created', 'idquery/path4');
  },

  'WatchKindWithLabels: an update that crosses the edge of the selection creates or destroys': (subject) =>
    watchesLabels(subject, plainly),

  'WatchKindAggregatedWithLabels: in batches too, the first of which is the contents': (subject) =>
    watchesLabels(subject, inBatches),

  async 'WatchKindAggregatedWithLabels: no batch is empty, though most events are not selected'(subject) {
    const { paths, create, watchKind } = subject;
    const events = await watchKind({ query: labels([equal('app', 'yes')]), bootstrapContents: true });
    assert.deepEqual(
      (await events.batch()).map(({ type }) => type),
      ['bootstrapped'],
    );
    for (let index = 0; index < 20; index += 1) await create(`other${index}`, { app: 'no' });
    await create('mine', { app: 'yes' });
    await events.expect('created', 'mine');
    await paths.update(
      'mine',
      labelled((labels) => labels.with('app', 'no')),
    );
    await paths.update(
      'mine',
      labelled((labels) => labels.with('app', 'yes')),
    );
    await paths.destroy('mine');
    await events.expect('destroyed', 'mine');
    await events.expect('created', 'mine');
    await events.expect('destroyed', 'mine');
  },
};

async function watchesLabels({ paths, create, watchKind }: StateSubject, through: Through): Promise<void> {
  const first = await create('path1', { label: 'label1', common: 'app' });
  const bootstrapContents = true;
  const one = through(await watchKind({ bootstrapContents, query: labels([equal('label', 'label1')]) }));
  const common = through(await watchKind({ bootstrapContents, query: labels([exists('common')]) }));
  const either = labels([equal('label', 'label2')], [equal('label', 'label3')]);
  const two = through(await watchKind({ bootstrapContents, query: either }));
  for (const events of [one, common]) {
    await events.expect('created', first);
    await events.expect('bootstrapped');
  }
  await two.expect('bootstrapped');

  const second = await create('path2', { label: 'label2', common: 'app' });
  const third = await create('path3', { label: 'label3' });
  await common.expect('created', second);
  await two.expect('created', second);
  await two.expect('created', third);

  const entered = await paths.update(
    'path3',
    labelled((labels) => labels.with('common', 'app')),
  );
  assert.equal((await common.expect('created', entered)).old, undefined);
  assertSame((await two.expect('updated', entered)).old, third);

  const changed = await paths.update(
    'path1',
    labelled((labels) => labels.with('app', 'app1')),
  );
  for (const events of [one, common]) assertSame((await events.expect('updated', changed)).old, first);

  const left = await paths.update(
    'path1',
    labelled((labels) => labels.without('common')),
  );
  assert.equal((await common.expect('destroyed', left)).old, undefined);
  assertSame((await one.expect('updated', left)).old, changed);

  // Nobody was told anything else.
  const ends = [await create('end1', { label: 'label1' }), await create('end2', { label: 'label2', common: '' })];
  await one.expect('created', ends[0]);
  await common.expect('created', ends[1]);
  await two.expect('created', ends[1]);
}
