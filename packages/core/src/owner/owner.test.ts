import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { adopt } from './adopt.ts';
import { Owner } from './owner.ts';

/** A tree of owners: each node attaches its numbered parts and its children in the order they are listed. */
interface Tree {
  readonly items: readonly (Tree | 'part')[];
}

const tree = fc.letrec<{ tree: Tree; item: Tree | 'part' }>((tie) => ({
  item: fc.oneof({ depthSize: 'small' }, fc.constant('part' as const), tie('tree')),
  tree: fc.record({ items: fc.array(tie('item'), { maxLength: 4 }) }),
})).tree;

/** Starts everything of a tree, noting starts and ends. */
function grow(owner: Owner, { items }: Tree, started: string[], ended: string[], dropped: string[]): void {
  const name = owner.name;
  started.push(name);
  owner.attach({ close: () => void ended.push(name), drop: () => void dropped.push(name) });
  items.forEach((item, index) => {
    if (item === 'part') {
      started.push(`${name}#${index}`);
      owner.attach({
        close: async () => {
          await Promise.resolve();
          ended.push(`${name}#${index}`);
        },
        drop: () => void dropped.push(`${name}#${index}`),
      });
    } else {
      grow(owner.child(String(index)), item, started, ended, dropped);
    }
  });
}

/** Children before what was attached beside them, each in reverse: what a child started may run over it. */
function endingOrder(name: string, { items }: Tree): string[] {
  const named = items.map((item, index) => [item, index] as const).toReversed();
  return [
    ...named.flatMap(([item, index]) => (item === 'part' ? [] : endingOrder(`${name}/${index}`, item))),
    ...named.flatMap(([item, index]) => (item === 'part' ? [`${name}#${index}`] : [])),
    name,
  ];
}

describe('closing', () => {
  property.prop([tree])(
    'ends everything once, in reverse order: children before what they were started on',
    async (tree) => {
      const owner = new Owner('root');
      const [started, ended, dropped]: string[][] = [[], [], []] as const;
      grow(owner, tree, started ?? [], ended ?? [], dropped ?? []);
      await owner.close();
      expect(ended).toEqual(endingOrder('root', tree));
      expect(dropped).toEqual([]);
      expect(owner.liveCount).toBe(0);
    },
  );

  test('aborts the signal first, and waits for tasks before it takes away what they use', async () => {
    const events: string[] = [];
    const owner = new Owner('root');
    owner.defer(() => void events.push('channel closed'));
    const goodbye = Promise.withResolvers<void>();
    owner.run(async (signal) => {
      await heard(signal);
      events.push('task heard');
      await goodbye.promise;
      events.push('task said goodbye');
    });
    const closed = owner.close();
    expect(owner.isOpen).toBe(false);
    await Promise.resolve();
    expect(events).toEqual(['task heard']);
    goodbye.resolve();
    await closed;
    expect(events).toEqual(['task heard', 'task said goodbye', 'channel closed']);
  });

  test('waits for the tasks of children, too', async () => {
    const events: string[] = [];
    await using owner = new Owner('root');
    owner.child('child').run(async (signal) => {
      await heard(signal);
      await Promise.resolve();
      events.push('task');
    });
    await owner.close();
    events.push('closed');
    expect(events).toEqual(['task', 'closed']);
  });

  test('is one, however often it is asked for, and gives its reason', async () => {
    const owner = new Owner('root');
    const reason = new Error('enough');
    expect(owner.close(reason)).toBe(owner.close());
    expect(owner.signal.reason).toBe(reason);
    await owner.close();
    owner.drop();
    expect(owner.isDropped).toBe(false);
  });

  test('goes on after a failure, and tells of all', async () => {
    const events: string[] = [];
    const [one, two] = [new Error('one'), new Error('two')];
    const owner = new Owner('root');
    owner.defer(() => void events.push('last'));
    owner.defer(() => {
      throw one;
    });
    owner.defer(() => Promise.reject(two));
    await expect(owner.close()).rejects.toMatchObject({ errors: [two, one] });
    expect(events).toEqual(['last']);
    const single = new Owner('root');
    single.defer(() => Promise.reject(one));
    await expect(single.close()).rejects.toBe(one);
  });

  test('takes along what is attached meanwhile, and refuses what comes later', async () => {
    const events: string[] = [];
    const owner = new Owner('root');
    owner.defer(() => void owner.defer(() => void events.push('late')));
    await owner.close();
    expect(events).toEqual(['late']);
    expect(() => owner.defer(() => undefined)).toThrow('owner root is closed');
    expect(() => owner.child('c')).toThrow('owner root is closed');
    expect(() => owner.run(() => Promise.resolve())).toThrow('no task can be started');
  });

  test('a child that ends early is forgotten by its parent', async () => {
    const owner = new Owner('root');
    await owner.child('closed').close();
    owner.child('dropped').drop();
    expect(owner.liveCount).toBe(0);
    expect(owner.child('x').name).toBe('root/x');
  });

  test('what was detached is not closed', async () => {
    const events: string[] = [];
    const owner = new Owner('root');
    owner.defer(() => void events.push('closed'))();
    await owner.close();
    expect(events).toEqual([]);
  });
});

describe('dropping', () => {
  property.prop([tree])('releases everything at once, in reverse order, and closes nothing', (tree) => {
    const owner = new Owner('root');
    const [started, ended, dropped]: string[][] = [[], [], []] as const;
    grow(owner, tree, started ?? [], ended ?? [], dropped ?? []);
    owner.drop();
    owner.drop();
    expect(dropped).toEqual(endingOrder('root', tree));
    expect(ended).toEqual([]);
    expect(owner.liveCount).toBe(0);
    expect(owner.isDropped).toBe(true);
  });

  test('runs no code of the owned: no signal, no catch, no finally', async () => {
    const ran: string[] = [];
    const owner = new Owner('root');
    const child = owner.child('child');
    const answer = Promise.withResolvers<void>();
    const failure = Promise.withResolvers<void>();
    for (const { promise } of [answer, failure]) {
      child.run(async (signal) => {
        signal.addEventListener('abort', () => ran.push('abort'));
        try {
          await child.guard(promise);
          ran.push('went on');
        } catch {
          ran.push('catch');
        } finally {
          ran.push('finally');
        }
      });
    }
    child.defer(() => void ran.push('deferred'));
    owner.drop();
    answer.resolve();
    failure.reject(new Error('too late'));
    await macrotask();
    await owner.close();
    expect(ran).toEqual([]);
    expect(child.signal.aborted).toBe(false);
  });

  test('while closing, leaves the rest alone', async () => {
    const ran: string[] = [];
    const owner = new Owner('root');
    owner.defer(() => void ran.push('first attached'));
    owner.defer(async () => {
      owner.drop();
      await Promise.resolve();
    });
    await owner.close();
    expect(ran).toEqual([]);
    expect(owner.isDropped).toBe(true);
  });

  test('refuses what comes later', () => {
    const owner = new Owner('root');
    owner.drop();
    expect(() => owner.defer(() => undefined)).toThrow('owner root is dropped');
    expect(() => owner.run(() => Promise.resolve())).toThrow('owner root is dropped');
  });
});

describe('a guarded promise', () => {
  test('settles as the given one does', async () => {
    const owner = new Owner('root');
    expect(await owner.guard(Promise.resolve(1))).toBe(1);
    await expect(owner.guard(Promise.reject(new Error('no')))).rejects.toThrow('no');
    await owner.close();
    expect(await owner.guard(Promise.resolve(2))).toBe(2);
  });

  property.prop([fc.boolean(), fc.boolean(), fc.boolean()])(
    'never settles once its owner was dropped, whatever came first',
    async (isDroppedFirst, isSettledFirst, isFailure) => {
      const settled: string[] = [];
      const owner = new Owner('root');
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const settle = (): void => (isFailure ? reject(new Error('no')) : resolve());
      if (isSettledFirst) settle();
      if (isDroppedFirst) owner.drop();
      const guarded = owner.guard(promise);
      guarded.then(
        () => settled.push('resolved'),
        () => settled.push('rejected'),
      );
      owner.drop();
      settle();
      await macrotask();
      expect(settled).toEqual([]);
    },
  );
});

describe('what is adopted', () => {
  const ending = (events: string[]) => () => ({
    close: () => void events.push('closed'),
    drop: () => void events.push('dropped'),
  });

  test('ends with its owner, or is taken back', async () => {
    const events: string[] = [];
    const owner = new Owner('root');
    const { value } = await adopt(owner, Promise.resolve('it'), ending(events));
    const { detach } = await adopt(owner, Promise.resolve('other'), ending(events));
    detach();
    expect(value).toBe('it');
    await owner.close();
    expect(events).toEqual(['closed']);
  });

  test('is ended at once if its owner ended meanwhile', async () => {
    const closed: string[] = [];
    const dropped: string[] = [];
    const settled: string[] = [];
    const [closing, dropping] = [new Owner('closing'), new Owner('dropping')];
    const { promise, resolve } = Promise.withResolvers<string>();
    const late = adopt(closing, promise, ending(closed));
    adopt(dropping, promise, ending(dropped)).then(
      () => settled.push('resolved'),
      () => settled.push('rejected'),
    );
    await closing.close();
    dropping.drop();
    resolve('it');
    await expect(late).rejects.toThrow('owner closing is closed');
    await macrotask();
    expect([closed, dropped, settled]).toEqual([['closed'], ['dropped'], []]);
  });
});

function heard(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

/** All microtasks have run when this resolves. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
