import { defineResource, int32, string, type DeclaredType, type SpecOf } from '@cosi-ts/resources';
import { collection, defineController, exclusive, weak, type Controller, type State } from '@cosi-ts/runtime';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryOf } from '../arbitrary/arbitrary-of.ts';
import { assertPathIndependent, chainsOf, PathError } from './desired-states.ts';

const fields = { size: int32(1), label: string(2) };
interface AskSpec extends SpecOf<typeof fields> {}
const kind = (type: string): DeclaredType<AskSpec> =>
  defineResource({ type: `${type}.test.dev`, namespace: 'default', fields });
const [Ask, Made] = [kind('Asks'), kind('Mades')];

const maker = (size: (asked: number, made: number) => number): Controller =>
  defineController({
    name: 'maker',
    ports: { asks: weak(Ask), mades: exclusive(Made) },
    async reconcile({ asks, mades }) {
      for (const { metadata, spec } of await asks.list()) {
        const made = (await mades.find(metadata.id))?.spec.size ?? 0;
        await mades.set(metadata.id, { ...spec, size: size(spec.size, made) });
      }
    },
  });

const subject = (controller: Controller) => ({
  controllers: () => [controller],
  declare: (state: State, desired: AskSpec) => collection(state, Ask).set('a', desired),
});

const holds = (controller: Controller) =>
  fc.asyncProperty(chainsOf(arbitraryOf(Ask)), (chain) => assertPathIndependent(subject(controller), chain));

test('what follows from the desired state alone depends on no path to it', async () => {
  await fc.assert(holds(maker((asked) => asked)), { numRuns: 20 });
});

test('what only grows does, and the smallest chain shows it', async () => {
  const { failed, counterexample, errorInstance } = await fc.check(holds(maker(Math.max)), { numRuns: 50, seed: 1 });
  expect(failed).toBe(true);
  expect(counterexample?.[0].length).toBeLessThanOrEqual(3);
  expect(errorInstance).toBeInstanceOf(PathError);
});

test('specs of each temper are what a declaration allows', () => {
  for (const temper of ['valid', 'boundary', 'hostile'] as const) {
    fc.assert(
      fc.property(arbitraryOf(Ask, temper), (spec) =>
        Ask.spec.equals(Ask.spec.fromPlain(Ask.spec.toPlain(spec)), spec),
      ),
    );
  }
  const sizes = new Set(fc.sample(arbitraryOf(Ask, 'boundary'), 100).map(({ size }) => size));
  expect([...sizes]).toEqual(expect.arrayContaining([-(2 ** 31), 0, 2 ** 31 - 1]));
  for (const { label } of fc.sample(arbitraryOf(Ask, 'valid'), 100)) expect(label).toMatch(/^[a-z][a-z0-9-]*$/);
});
