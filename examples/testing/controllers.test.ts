import {
  assertOrderless,
  assertUnperturbed,
  PerturbationError,
  ReconcileError,
  reconcileEventuallyAndStably,
  reconcileMatchers,
} from '@cosi-ts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { create, everyClaimHasItsVolume, remove, resize, volumeOfEachClaim, type Bug } from './bug.ts';
import { oscillatingPair } from './bugs/oscillating-pair.ts';
import { reportBeforeWork } from './bugs/report-before-work.ts';

expect.extend(reconcileMatchers);

/** What the kit says of controllers with a bug. */
async function storyOf({ buggy, ...desired }: Bug): Promise<string> {
  const failure: unknown = await reconcileEventuallyAndStably(buggy, desired).catch((thrown: unknown) => thrown);
  if (!(failure instanceof ReconcileError)) throw new Error('the bug was not found', { cause: failure });
  return failure.message;
}

describe('a crash between two writes', () => {
  test('is found by chance, and told with a line that replays it', async () => {
    const story = await storyOf(reportBeforeWork);
    expect(story).toMatch(/shrank to [12] decisions?: claims are a=2, volumes are (a=1)?\n/);
    expect(story).toMatch(/replay: COSI_REPLAY='seed=\d+ tape=\S+ kit=\S+ node=\S+ disorder=/);
    expect(story).toMatch(/ fault: .*\n.*resources at the end:\n {2}Claims.example.dev\(default\/a\) v\d/s);
  });

  test('is found by trying every plan', async () => {
    const { buggy, steps, matches } = reportBeforeWork;
    const plans = assertUnperturbed({ controllers: buggy, steps, matches });
    await expect(plans).rejects.toThrow(PerturbationError);
    await expect(plans).rejects.toThrow(/replay: COSI_REPLAY='plan={"kind":"crash",/);
  });

  test('does no harm to the fixed one', async () => {
    const { fixed, steps, matches } = reportBeforeWork;
    await expect(fixed).toReconcileEventuallyAndStably(reportBeforeWork);
    await assertUnperturbed({ controllers: fixed, steps, matches });
  });
});

describe('two that undo what the other does', () => {
  test('are told by name', async () => {
    expect(await storyOf(oscillatingPair)).toMatch(/livelock: "grow" and "watermark" undo what the other does/);
  });

  test('rest when fixed, in every order', async () => {
    await assertOrderless(oscillatingPair.fixed, oscillatingPair, { deviations: 1 });
  });
});

describe('a controller that follows what there is', () => {
  test('is right whatever users do', async () => {
    const id = fc.constantFrom('a', 'b');
    const size = fc.integer({ min: 1, max: 3 });
    const step = fc.oneof(
      fc.tuple(id, size).map(([id, size]) => resize(id, size)),
      id.map(remove),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      const desired = { steps: [create('c', 1), ...steps], matches: everyClaimHasItsVolume, runs: 5 };
      await reconcileEventuallyAndStably(() => [volumeOfEachClaim], desired);
    });
    await fc.assert(property, { numRuns: 20 });
  });
});
