import assert from 'node:assert/strict';
import { versionOf, type Labels } from '@cosi-ts/resources';
import { collection, modifyWithResult, type UpdateOptions } from '@cosi-ts/runtime';
import { Path, SPEC, assertSame, idsOf, labelled, type PathResource, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

/** Rules about resources one by one: they come, change, belong to somebody, and go. */
export const RESOURCE_RULES: Readonly<Record<string, Rule>> = {
  async 'CRD: what was created is there, what was destroyed is not'({ state, paths, create }) {
    for (const id of ['var/run', 'var/lib']) await assert.rejects(paths.get(id), { code: 'not-found' });
    assert.deepEqual(await paths.list(), []);
    const run = await create('var/run');
    const lib = await create('var/lib');
    assertSame(await paths.get('var/run'), run);
    assertSame(await paths.get('var/lib'), lib);
    assert.deepEqual(idsOf(await paths.list()), ['var/lib', 'var/run']);
    await assert.rejects(create('var/run'), { code: 'already-exists' });
    assert.equal(await paths.teardown('var/run'), true);
    await paths.destroy('var/run');
    await assert.rejects(paths.teardown('var/run'), { code: 'not-found' });
    await assert.rejects(paths.destroy('var/run'), { code: 'not-found' });
    await assert.rejects(paths.get('var/run'), { code: 'not-found' });
    assert.deepEqual(idsOf(await paths.list()), ['var/lib']);
    assert.equal(await paths.teardown('var/lib'), true);
    // What is left of the old one does not get in the way of a new one.
    await state.create(run);
    assert.equal((await paths.get('var/run')).metadata.phase, 'running');
  },

  async 'CRD: and its namespace knows nothing of the others'({ state, paths, create }) {
    const elsewhere = collection(state, Path.in('elsewhere'));
    await create('var/run');
    await assert.rejects(elsewhere.get('var/run'), { code: 'not-found' });
    assert.deepEqual(await elsewhere.list(), []);
    const other = await elsewhere.create('var/run', SPEC);
    assert.equal(other.metadata.namespace, 'elsewhere');
    await paths.destroy('var/run');
    assertSame(await elsewhere.get('var/run'), other);
    assert.deepEqual(await paths.list(), []);
  },

  async 'UpdateWithConflicts: a change is applied to what is stored, and given back'({ paths, create }) {
    const before = await create('asset/1');
    const change = labelled((labels) => labels.with('foo', 'bar'));
    const after = await paths.update('asset/1', change);
    assert.equal(after.metadata.labels.get('foo'), 'bar');
    assert.equal(before.metadata.labels.get('foo'), undefined);
    assertSame(await paths.get('asset/1'), after);
    assertSame(await paths.update('asset/1', change), after);
  },

  async 'CRDWithOwners: only the owner changes, tears down and destroys; anybody holds'({ state, paths }) {
    for (const owner of ['owner1', 'owner2']) {
      const created = await paths.create(owner, SPEC, { owner });
      assert.equal(created.metadata.owner, owner);
      assert.equal((await paths.get(owner)).metadata.owner, owner);
    }
    const theirs = await paths.get('owner2');
    await assert.rejects(state.update(theirs), { code: 'owner-conflict' });
    await assert.rejects(state.update(theirs, { owner: 'owner1' }), { code: 'owner-conflict' });
    await state.update(theirs, { owner: 'owner2' });
    await assert.rejects(paths.teardown('owner1'), { code: 'owner-conflict' });
    assert.equal(await paths.teardown('owner1', { owner: 'owner1' }), true);
    await assert.rejects(paths.destroy('owner1', { owner: 'owner2' }), { code: 'owner-conflict' });
    await paths.destroy('owner1', { owner: 'owner1' });
    await paths.addFinalizer('owner2', 'A');
    await paths.removeFinalizer('owner2', 'A');
    assert.equal((await paths.get('owner2')).metadata.owner, 'owner2');
  },

  async 'Update: needs the stored version, and the expected phase'({ state, paths }) {
    const given = Path.create('update', SPEC);
    await assert.rejects(state.update(given), { code: 'not-found' });
    const created = await state.create(given);
    const { metadata, spec } = created;
    assert.notEqual(metadata.version, given.metadata.version);
    await assert.rejects(state.update(given), { code: 'version-conflict' });
    const newer = { metadata: { ...metadata, version: versionOf(metadata.version + 1) }, spec };
    await assert.rejects(state.update(newer), { code: 'version-conflict' });
    const updated = await state.update(created);
    assert.equal(updated.metadata.version, metadata.version + 1);
    assert.equal(updated.metadata.created, metadata.created);
    await paths.teardown('update');
    const leaving = await paths.get('update');
    await assert.rejects(state.update(leaving), { code: 'phase-conflict' });
    await state.update(leaving, { expectedPhase: 'tearingDown' });
  },

  async 'TeardownDestroy: a finalizer keeps from destruction, not from teardown'({ paths, create }) {
    await create('/');
    await paths.addFinalizer('/', 'A');
    await assert.rejects(paths.destroy('/'), { code: 'pending-finalizers' });
    assert.equal(await paths.teardown('/'), false);
    assert.equal(await paths.teardown('/'), false);
    await assert.rejects(paths.destroy('/'), { code: 'pending-finalizers' });
    await paths.removeFinalizer('/', 'A');
    assert.equal(await paths.teardown('/'), true);
    await paths.destroy('/');
  },

  async 'ParallelDestroy: who comes late finds nothing'({ paths, create }) {
    await create('/');
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => paths.destroy('/')));
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
    for (const refusal of refusals) assert.equal((refusal as { code?: unknown }).code, 'not-found');
    assert.equal(refusals.length, 9);
  },

  async 'ConcurrentFinalizers: none is lost'({ paths, create }) {
    await create('/');
    const adding = Array.from('ABCDEFGH', (name) => paths.addFinalizer('/', name));
    const removing = Array.from('ABC', (name) => paths.removeFinalizer('/', name));
    await Promise.all([...adding, ...removing]);
    await Promise.all(Array.from('ABC', (name) => paths.removeFinalizer('/', name)));
    assert.deepEqual([...(await paths.get('/')).metadata.finalizers].sort(), Array.from('DEFGH'));
  },

  async 'Modify: creates, changes, and lets the reason of a change that throws through'({ state, paths }) {
    const empty = Path.create('m', SPEC);
    const modify = (change: (labels: Labels) => Labels, options?: UpdateOptions): Promise<PathResource> =>
      modifyWithResult(state, empty, labelled(change), options);
    const created = await modify((labels) => labels.with('foo', 'bar'));
    assert.equal(created.metadata.owner, '');
    assert.equal(created.metadata.labels.get('foo'), 'bar');
    assertSame(await paths.get('m'), created);
    const changed = await modify((labels) => labels.without('foo'));
    assert.equal(changed.metadata.labels.size, 0);
    assertSame(await paths.get('m'), changed);
    const reason = new Error('modify error');
    const failing = modify(() => {
      throw reason;
    });
    await assert.rejects(failing, (thrown) => thrown === reason);
    assertSame(await paths.get('m'), changed);
    await paths.teardown('m');
    const relabel = (labels: Labels): Labels => labels.with('foo', 'bar2');
    await assert.rejects(modify(relabel), { code: 'phase-conflict' });
    const { metadata } = await modify(relabel, { expectedPhase: 'any' });
    assert.equal(metadata.phase, 'tearingDown');
    assert.equal(metadata.labels.get('foo'), 'bar2');
  },

  async 'ModifyWithOwner: only the owner modifies'({ state, paths }) {
    const empty = Path.create('m', SPEC);
    const created = await modifyWithResult(state, empty, (current) => current, { owner: 'owner' });
    assert.equal(created.metadata.owner, 'owner');
    const relabel = labelled((labels) => labels.with('foo', 'bar'));
    const changed = await modifyWithResult(state, empty, relabel, { owner: 'owner' });
    assert.equal(changed.metadata.owner, 'owner');
    const unlabel = labelled((labels) => labels.without('foo'));
    await assert.rejects(modifyWithResult(state, empty, unlabel), { code: 'owner-conflict' });
    assertSame(await paths.get('m'), changed);
  },
};
