import { Bytes, realHost, type Pace } from '@cosi-ts/core';
import { Labels, newMetadata, type EncodedSpec, type Resource } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidQueryError, StaleReadError } from './errors.ts';
import { MemoryState } from './memory-state.ts';
import { compileQuery } from './query/query.ts';
import { Transaction } from './transaction.ts';

const { clock, random } = realHost();
const KIND = { namespace: 'n', type: 't' };
const ELSEWHERE = { namespace: 'elsewhere', type: 't' };
const SPEC: EncodedSpec = { proto: Bytes.empty, yaml: '' };
const IDS = ['a', 'b', 'c'];
const COLORS = ['red', 'blue'];
const newState = (pace?: Pace): MemoryState =>
  new MemoryState({ clock, random, types: { find: () => undefined }, pace });
const resource = (id: string, color = ''): Resource => ({
  metadata: newMetadata({ ...KIND, id }, { labels: Labels.of({ color }) }),
  spec: SPEC,
});
const elsewhere = (id: string): Resource => ({ metadata: newMetadata({ ...ELSEWHERE, id }), spec: SPEC });

/** Writes, destroys or changes the color of a resource, whatever there is. */
async function act(state: MemoryState, id: string, color: string | undefined): Promise<void> {
  const stored = await state.find({ ...KIND, id });
  if (stored === undefined) await state.create(resource(id, color ?? ''));
  else if (color === undefined) await state.destroy(stored.metadata);
  else await state.update({ metadata: { ...stored.metadata, labels: Labels.of({ color }) }, spec: stored.spec });
}

const acts = fc.array(fc.tuple(fc.constantFrom(...IDS), fc.option(fc.constantFrom(...COLORS), { nil: undefined })), {
  maxLength: 4,
});
const query = fc.constantFrom(
  undefined,
  compileQuery({ labels: [[{ key: 'color', op: 'equal', values: ['red'] }]] }),
  compileQuery({ id: '[ab]' }),
);

describe('a list that a transaction relies on', () => {
  test.prop([acts, acts, acts, query], { numRuns: 300 })(
    'holds if it would be the same again, whether all is looked at or what changed since',
    async (before, between, after, query) => {
      const state = newState();
      for (const [id, color] of before) await act(state, id, color);
      const { position: since } = state;
      for (const [id, color] of between) await act(state, id, color);
      const resources = await state.list(KIND, { query });
      for (const [id, color] of after) await act(state, id, color);
      const again = await state.list(KIND, { query });
      const holds = again.length === resources.length && again.every((one, index) => one === resources[index]);
      for (const [id, expected] of Object.entries({ whole: { resources }, since: { resources, since } })) {
        const unchanged = [{ kind: KIND, query, ...expected }];
        const written = state.transact([{ do: 'create', resource: elsewhere(id) }], { unchanged });
        const refusal = await written.then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (holds) expect(refusal).toBeUndefined();
        else expect(refusal).toBeInstanceOf(StaleReadError);
      }
    },
  );

  test('by a costly pattern holds up nobody: not when it is read, nor when it is looked at again', async () => {
    const steps: number[] = [];
    let asked = 0;
    const pace: Pace = {
      yield() {
        steps.push(asked);
        asked = 0;
        return undefined;
      },
    };
    const state = newState(pace);
    const compiled = compileQuery({ id: 'a[ab]{200}c' });
    const cost = compiled.costPerCharacter ?? 0;
    const counted: typeof compiled = {
      ...compiled,
      matches(one) {
        asked += cost * one.metadata.id.length;
        return compiled.matches(one);
      },
    };
    const id = (n: number): string => `${n}${'ab'.repeat(500)}`;
    const most = cost * (id(100).length + 1);
    for (let n = 0; n < 20; n += 1) await state.create(resource(id(n)));

    const transaction = new Transaction(state, { clock, pace });
    // Its own drafts are asked as well.
    for (let n = 20; n < 40; n += 1) await transaction.create(resource(id(n)));
    await transaction.list(KIND, { query: counted });
    steps.push(asked);
    asked = 0;
    expect(Math.max(...steps)).toBeLessThanOrEqual(40_000 + most);
    expect(steps.length).toBeGreaterThan(20);
    await transaction.commit({});
    // Nothing changed since it was read: nothing is asked.
    expect(asked).toBe(0);

    const { position: since } = state;
    const resources = await state.list(KIND, { query: counted });
    for (let n = 100; n < 120; n += 1) await state.create(resource(id(n)));
    asked = 0;
    const command = { do: 'create', resource: elsewhere('x') } as const;
    const late = state.transact([command], { unchanged: [{ kind: KIND, query: counted, resources, since }] });
    await expect(late).rejects.toThrow(StaleReadError);
    expect(asked).toBeLessThanOrEqual(400_000);
    asked = 0;
    const whole = state.transact([command], { unchanged: [{ kind: KIND, query: counted, resources }] });
    await expect(whole).rejects.toThrow(InvalidQueryError);
    expect(asked).toBe(0);
  });
});
