import { NO_CAUSES, Table, type ChangesCursor } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { simulate, type SimNode } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A } from '../../controller/engine/text-types.fixture.ts';
import { collection } from '../collection.ts';
import { MemoryState } from '../memory-state.ts';
import type { LocalCopy, State } from '../state.ts';
import { OwnWrites } from './own-writes.ts';
import { ReadCache } from './read-cache.ts';

/** A copy of a kind that sees nothing new before it is told to. */
class HeldCopy implements LocalCopy {
  readonly caughtUp: Promise<void>;
  readonly table = new Table<Resource>('copy');
  readonly complete: () => void;
  readonly #source: ChangesCursor<Resource>;

  constructor(state: MemoryState) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.caughtUp = promise;
    this.complete = resolve;
    this.#source = state.changes(A);
  }

  advance(): void {
    for (const { key, value, position, last } of this.#source.pull()?.changed ?? []) {
      if (value === undefined) this.#put(key, last, position);
      this.#put(key, value, position);
    }
    this.table.wakeups.wakeAll();
  }

  #put(key: string, after: Resource | undefined, position: number): void {
    const before = this.table.get(key);
    const time = (after ?? before)?.metadata.updated;
    if (time === undefined) return;
    const commit = { position, time, actor: '', causes: NO_CAUSES, size: 1 };
    this.table.apply({ key, before, after, commit, index: 0, derived: undefined });
  }
}

function setUp({ host, owner }: Pick<SimNode, 'host' | 'owner'>) {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => undefined } });
  const copy = new HeldCopy(state);
  const asked: string[] = [];
  const source: State = Object.assign(Object.create(MemoryState.prototype) as State, {
    find: (pointer) => {
      asked.push(`find ${pointer.id}`);
      return state.find(pointer);
    },
    list: (kind, options) => {
      asked.push('list');
      return state.list(kind, options);
    },
    create: state.create.bind(state),
    update: state.update.bind(state),
    destroy: state.destroy.bind(state),
    teardown: state.teardown.bind(state),
    changes: () => copy.table.changes(),
    copy: () => copy,
  } satisfies Partial<State>);
  const cache = new ReadCache([A], { state: source, host, owner });
  const own = new OwnWrites();
  const view = cache.view(own, { timers: host.timers, signal: owner.signal });
  return { copy, asked, own, cache, theirs: collection(state, A), ours: collection(view, A) };
}

const text = (resource: Resource<{ readonly text: string }> | undefined) => resource?.spec.text;

describe('a view of what is at hand', () => {
  test('waits for it to be complete, and asks nobody else', async () => {
    await simulate({}, async (sim) => {
      const { copy, asked, theirs, ours } = setUp(sim.node('node'));
      await theirs.create('x', { text: '1' });
      const read: unknown[] = [];
      void ours.list().then((all) => read.push(all.length));
      void ours.find('x').then((found) => read.push(text(found)));
      await sim.settle();
      expect(read).toEqual([]);
      copy.advance();
      copy.complete();
      await sim.settle();
      expect(new Set(read)).toEqual(new Set([1, '1']));
      await theirs.set('x', { text: '2' });
      expect([text(await ours.get('x')), text(await ours.find('x')), await ours.find('y')]).toEqual([
        '1',
        '1',
        undefined,
      ]);
      await expect(ours.get('y')).rejects.toMatchObject({ code: 'not-found' });
      expect(asked).toEqual([]);
    });
  });

  test.each(['create', 'update', 'destroy', 'teardown', 'teardown, then destroy'] as const)(
    'shows what was written through it: %s',
    async (how) => {
      await simulate({}, async (sim) => {
        const { copy, asked, theirs, ours } = setUp(sim.node('node'));
        copy.complete();
        if (how !== 'create') await theirs.create('x', { text: '1' });
        copy.advance();
        if (how === 'create') await ours.create('x', { text: '2' });
        if (how === 'update') await ours.update('x', ({ metadata }) => ({ metadata, spec: { text: '2' } }));
        asked.length = 0;
        if (how.startsWith('teardown')) await ours.teardown('x');
        if (how === 'teardown, then destroy') copy.advance();
        if (how.endsWith('destroy')) await ours.destroy('x');
        const reads = Promise.all([ours.find('x'), ours.list()]);
        await sim.advance(10);
        copy.advance();
        const [found, listed] = await reads;
        const now = await theirs.find('x');
        expect(found).toBe(now);
        expect(listed).toEqual(now === undefined ? [] : [now]);
        expect(asked).toEqual([]);
      });
    },
  );

  test('asks the state when what is at hand does not show it soon, and never again for the same', async () => {
    await simulate({}, async (sim) => {
      const { copy, asked, own, ours } = setUp(sim.node('node'));
      copy.complete();
      await ours.create('x', { text: '1' });
      const reading = ours.list();
      await sim.advance('1s');
      expect([(await reading).map(text), sim.now]).toEqual([['1'], 1000]);
      expect(asked).toEqual(['find x', 'list']);
      copy.advance();
      expect((await ours.list()).map(text)).toEqual(['1']);
      expect(asked).toEqual(['find x', 'list']);
      expect(own.waiting(A)).toEqual([]);
    });
  });

  test.each(['destroyed', 'made anew'] as const)(
    'is content with what came of it at others’ hands: %s',
    async (how) => {
      await simulate({}, async (sim) => {
        const { copy, asked, theirs, ours } = setUp(sim.node('node'));
        copy.complete();
        await theirs.create('x', { text: '1' });
        copy.advance();
        await ours.set('x', { text: '2' });
        asked.length = 0;
        if (how === 'made anew') await ours.destroy('x');
        else await theirs.destroy('x');
        if (how === 'made anew') await theirs.create('x', { text: '3' });
        copy.advance();
        const reading = ours.find('x');
        await sim.advance('3s');
        expect(text(await reading)).toBe(how === 'made anew' ? '3' : undefined);
        const before = asked.length;
        expect(text(await ours.find('x'))).toBe(how === 'made anew' ? '3' : undefined);
        // What is gone is shown by what it was at last; what is there again had to be asked for.
        expect([before, asked.length]).toEqual(how === 'made anew' ? [2, 2] : [0, 0]);
      });
    },
  );

  test('asks the state after a refusal: what it was decided on was old', async () => {
    await simulate({}, async (sim) => {
      const { copy, theirs, ours } = setUp(sim.node('node'));
      copy.complete();
      await theirs.create('x', { text: '1' });
      copy.advance();
      await theirs.set('x', { text: '2' });
      await ours.modify('x', (draft) => void (draft.text += '!'));
      expect([text(await theirs.get('x')), sim.now]).toEqual(['2!', 0]);
    });
  });

  test('ends its waits with its owner', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('node');
      const { copy, ours } = setUp(node);
      copy.complete();
      await ours.create('x', { text: '1' });
      const reading = ours.find('x');
      await node.owner.close();
      expect(text(await reading)).toBe('1');
      expect(node.handles()).toEqual([]);
    });
  });

  test('remembers no more than what it has not shown', async () => {
    await simulate({}, async (sim) => {
      const { copy, own, ours, cache } = setUp(sim.node('node'));
      copy.complete();
      for (let id = 0; id < 1000; id += 1) {
        await ours.create(`${id}`, { text: '' });
        if (id % 10 === 9) copy.advance();
      }
      expect(own.waiting(A).length).toBeLessThan(100);
      expect(cache.sizes()).toEqual(new Map([[A.type, 1000]]));
    });
  });
});

test('two hands of one writer may be answered in the other order', () => {
  const own = new OwnWrites();
  const pointer = A.pointer('x');
  const made = A.create('x', { text: '' });
  const at = (version: number) => ({ what: 'version', version: version as typeof made.metadata.version }) as const;
  own.note(pointer, at(3));
  own.note(pointer, at(2));
  expect(own.of(pointer)).toEqual(at(3));
  own.note(pointer, { what: 'gone' });
  expect(own.of(pointer)).toEqual({ what: 'gone' });
});
