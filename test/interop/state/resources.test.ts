import { NfTablesChain, builtinTypes, definitionOf, type Resource } from '@cosi-ts/resources';
import { arbitraryOf } from '@cosi-ts/testing';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { describeWithGo, goTests } from '../go-program.ts';
import { startBareState } from './bare-state.ts';
import { DIFFERENT } from './different.ts';
import { expectGoTest } from './go-test.ts';

/** Of each type. */
const SAMPLES = 40;

const SAMPLED = builtinTypes.filter((type) => type.namespace !== 'meta' && !DIFFERENT.has(type));

describeWithGo('the types of nodes, and the library of Go programs that knows them', () => {
  beforeAll(() => goTests('state'));

  test('are defined alike', async () => {
    const { target, state } = await startBareState();
    for (const type of builtinTypes) await state.create(definitionOf(type));
    await expectGoTest('TestDefinitions', { COSI_STATE: target });
  });

  test('read and write any spec alike, in both encodings', async () => {
    const { target, state } = await startBareState();
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const created: Resource[] = [];
    for (const type of SAMPLED) {
      await state.create(definitionOf(type));
      const specs = specsOf(type).filter((spec) => !MISWRITTEN.test(JSON.stringify(type.spec.toPlain(spec))));
      for (const [index, spec] of fc.sample(specs, { numRuns: SAMPLES, seed }).entries()) {
        created.push(await state.create(type.create(`${index}`, spec)));
      }
    }
    try {
      await expectGoTest('TestResources', { COSI_STATE: target });
      await expectGoTest('TestResourcesSurviveUpdates', { COSI_STATE: target });
      for (const { metadata, spec } of created) {
        const updated = await state.get(metadata);
        expect(updated.metadata.labels.get('read-by')).toBe('go');
        expect(updated.spec).toEqual(spec);
      }
    } catch (thrown) {
      throw new Error(`with seed ${seed}`, { cause: thrown });
    }
  });
});

/** What Go can hold: it counts the MTU that segments are clamped to in 16 bits. */
function specsOf(type: (typeof SAMPLED)[number]): fc.Arbitrary<object> {
  const specs = arbitraryOf(type);
  if (type !== NfTablesChain) return specs;
  const bounded = (key: string, value: unknown): unknown =>
    key === 'mtu' && typeof value === 'number' ? value % 0x1_0000 : value;
  return specs.map((spec) => type.spec.fromPlain(JSON.parse(JSON.stringify(type.spec.toPlain(spec)), bounded)));
}

/**
 * Text that Go writes as YAML that others read as something else, or as nobody else writes it: with line breaks that are
 * none in YAML 1.2, with a byte order mark, of several lines of which the first begins with a space, and numbers greater
 * than Go can count.
 */
const MISWRITTEN = /[\u2028\u2029\ufeff]|"(?:\\n)+ |" [^"]*\\n|"[-+.\d][^"]*[_eExXoObB][^"]*"/;
