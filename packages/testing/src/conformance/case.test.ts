import { expect, test } from 'vitest';
import { casesOf } from './case.ts';

const rules = { holds: true, breaks: false };
const run = (holds: boolean): Promise<void> => (holds ? Promise.resolve() : Promise.reject(new Error('broken')));
const outcomes = (knownGaps?: Record<string, string>): Promise<string[]> =>
  Promise.all(
    casesOf(rules, run, knownGaps).map(({ run }) =>
      run().then(
        () => 'passed',
        ({ message }: Error) => message,
      ),
    ),
  );

test('a case passes if its rule holds', async () => {
  expect(await outcomes()).toEqual(['passed', 'broken']);
});

test('a known gap passes as long as its rule is broken', async () => {
  expect(await outcomes({ breaks: 'why not' })).toEqual(['passed', 'passed']);
  expect(await outcomes({ holds: 'nobody knows', breaks: '' })).toEqual([
    '"holds" holds now: take it off the known gaps (it was listed because: nobody knows)',
    'passed',
  ]);
});

test('a gap must name a rule', () => {
  expect(() => casesOf(rules, run, { held: '' })).toThrow('no rule is called "held"');
});
