import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A, B, C, start } from '../../controller/engine/text-types.fixture.ts';
import { merge } from '../../controller/operators/merge.ts';
import { transform } from '../../controller/operators/transform.ts';
import { collection } from '../../state/collection.ts';
import { AccessDeniedError, NotFoundError } from '../../state/errors.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { remoteTrace, type ToldStep } from './trace-client.ts';
import { traceOf } from './trace-of.ts';
import { traceService } from './trace-service.ts';

const text = ({ depth, event, pointer, version, actor, isCut }: ToldStep): string =>
  `${'  '.repeat(depth)}${event} ${pointer.type.slice(0, 1)}/${pointer.id}@${version} by ${actor}${isCut ? ' …' : ''}`;

/** A chain of two operators over a few inputs, and what a client of the node hears of it. */
async function traced(
  scenario: (world: {
    readonly state: MemoryState;
    readonly settle: () => Promise<void>;
    readonly trace: (type: typeof A, id: string, depth?: number) => Promise<readonly string[]>;
  }) => Promise<void>,
  hidden = '',
): Promise<void> {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const { state, runtime } = start({ host, owner });
    runtime.register(
      transform({
        name: 'AtoB',
        input: A,
        output: B,
        map: ({ metadata }) => metadata.id,
        transform: ({ spec }) => spec,
      }),
    );
    runtime.register(
      merge({
        name: 'BtoC',
        input: B,
        output: C,
        key: ({ metadata }) => metadata.id.slice(0, 1),
        merge: (all) => ({ text: all.map(({ spec }) => spec.text).join('+') }),
      }),
    );
    runtime.start();
    const access = () => (request: { readonly type: string; readonly id: string; readonly namespace: string }) =>
      request.type === hidden ? new AccessDeniedError('not authorized', request) : undefined;
    await host.rpc.listen({ address: ':1' }, [traceService(state, { access })]);
    const channel = sim.node('client').host.rpc.connect({ address: `${sim.nodes.get('node')?.address}:1` });
    await scenario({
      state,
      settle: async () => {
        await sim.advance('1s');
      },
      trace: async (type, id, depth) => {
        return (await remoteTrace(channel, type.pointer(id), depth === undefined ? {} : { depth })).map(text);
      },
    });
  });
}

describe('a trace', () => {
  test('is the chain of changes behind the last one', async () => {
    await traced(async ({ state, settle, trace }) => {
      const a = collection(state, A);
      await a.create('x1', { text: '1' });
      await settle();
      await a.create('x2', { text: '2' });
      await settle();
      expect(await trace(C, 'x')).toEqual([
        'updated C/x@2 by BtoC',
        '  created B/x2@1 by AtoB',
        '    created A/x2@1 by ',
      ]);
      expect(await trace(A, 'x1')).toEqual(['created A/x1@1 by ']);
      expect(await trace(C, 'x', 1)).toEqual(['updated C/x@2 by BtoC', '  created B/x2@1 by AtoB …']);
    });
  });

  test('branches where changes were merged while they waited', async () => {
    await traced(async ({ state, settle, trace }) => {
      const made = ['x1', 'x2', 'y1', 'x3'].map((id) => B.create(id, { text: id }));
      await state.transact(made.map((resource) => ({ do: 'create', resource, owner: '' })));
      await settle();
      const causes = ['x1', 'x2', 'x3'].map((id) => `  created B/${id}@1 by `);
      expect(await trace(C, 'x')).toEqual(['created C/x@1 by BtoC', ...causes]);
    });
  });

  test('names each change at the moment that it was seen, although it changed since', async () => {
    await traced(async ({ state, settle, trace }) => {
      const a = collection(state, A);
      await a.create('x1', { text: '1' });
      await settle();
      await a.addFinalizer('x1', 'somebody');
      await a.modify('x1', (draft) => void (draft.text = '1'));
      expect(await trace(B, 'x1')).toEqual(['created B/x1@1 by AtoB', '  created A/x1@1 by ']);
    });
  });

  test('remembers what is gone, and says what it has forgotten', async () => {
    await traced(async ({ state, settle, trace }) => {
      const a = collection(state, A);
      for (const id of ['x1', 'x2']) await a.create(id, { text: id });
      await settle();
      await a.destroy('x1');
      await settle();
      expect(await trace(B, 'x1')).toEqual(['destroyed B/x1@1 by AtoB', '  destroyed A/x1@1 by ']);
      for (let change = 0; change < 200; change += 1) await a.addFinalizer('x2', `f${change}`);
      expect(await trace(B, 'x2')).toEqual(['created B/x2@1 by AtoB', '  forgotten A/x2@ by ']);
      await expect(trace(B, 'nothing')).rejects.toThrow(NotFoundError);
    });
  });

  test('keeps to itself what the caller may not read', async () => {
    await traced(async ({ state, settle, trace }) => {
      await collection(state, A).create('x1', { text: '1' });
      await settle();
      expect(await trace(B, 'x1')).toEqual(['created B/x1@1 by AtoB', '  hidden /@ by ']);
      await expect(trace(A, 'x1')).rejects.toThrow('not authorized');
    }, A.type);
  });

  test('ends where it would go round in a circle, and is not longer than it may be', () => {
    const state = new MemoryState({
      clock: { now: () => '' as never, millis: () => 0, monotonic: () => 0 },
      random: { bytes: (length) => new Uint8Array(length), uniform: () => 0 },
      types: { find: () => undefined },
    });
    const a = collection(state, A, () => ({
      actor: 'round',
      causes: ['x', 'y'].map((key) => ({ table: 'default/As.test.dev', key, position: 2 })),
    }));
    void a.create('x', { text: '' });
    void a.create('y', { text: '' });
    expect(traceOf(state, A.pointer('x'))?.map(({ depth, pointer, isCut }) => [depth, pointer.id, isCut])).toEqual([
      [0, 'x', false],
      [1, 'x', true],
      [1, 'y', false],
      [2, 'x', true],
      [2, 'y', true],
    ]);
  });
});
