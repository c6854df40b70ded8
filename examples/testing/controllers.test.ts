import { collection, type Controller, type State } from '@cosi-ts/runtime';
import {
  assertUnperturbed,
  exploreOrders,
  PerturbationError,
  ReconcileError,
  reconcileEventuallyAndStably,
  reconcileMatchers,
  type Desired,
} from '@cosi-ts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ambiguousWrite from './ambiguous-write.ts';
import * as crashBetweenWrites from './crash-between-writes.ts';
import * as lostWakeUp from './lost-wake-up.ts';
import * as missedDeletion from './missed-deletion.ts';
import * as oscillatingPair from './oscillating-pair.ts';
import * as recreatedByName from './recreated-by-name.ts';
import { Volume } from './resources.ts';
import * as staleRead from './stale-read.ts';
import * as stuckTeardown from './stuck-teardown.ts';
import { ask, everyClaimHasItsVolume, nothingClaimedIsWiped, takeBack } from './users.ts';

expect.extend(reconcileMatchers);

/** The kit asks for the controllers of each run. What these remember is made by their `start`, so it is new each time. */
const the =
  (...controllers: readonly Controller[]) =>
  (): readonly Controller[] =>
    controllers;

/** What the kit says of controllers with a bug. */
async function storyOf(controllers: () => readonly Controller[], desired: Desired): Promise<string> {
  const failure: unknown = await reconcileEventuallyAndStably(controllers, desired).catch((thrown: unknown) => thrown);
  if (!(failure instanceof ReconcileError)) throw new Error('the bug was not found', { cause: failure });
  return failure.message;
}

describe('a crash between two writes', () => {
  const desired = { steps: [ask('a', 1), ask('a', 2)], matches: everyClaimHasItsVolume };

  test('is found by chance, and told with a line that replays it', async () => {
    const story = await storyOf(the(crashBetweenWrites.buggy), desired);
    expect(story).toMatch(/shrank to [12] decisions?: claims are a=2, volumes are (a=1)?\n/);
    expect(story).toMatch(/replay: COSI_REPLAY='seed=/);
  });

  test('is found by trying every plan', async () => {
    const plans = assertUnperturbed({ controllers: the(crashBetweenWrites.buggy), ...desired });
    await expect(plans).rejects.toThrow(PerturbationError);
  });

  test('does no harm to the fixed one', async () => {
    await expect(the(crashBetweenWrites.fixed)).toReconcileEventuallyAndStably(desired);
    await assertUnperturbed({ controllers: the(crashBetweenWrites.fixed), ...desired });
  });
});

describe('a write that was made, of which nobody learned', () => {
  const desired = { steps: [ask('a', 1), ask('a', 3)], matches: everyClaimHasItsVolume };

  test('is made twice', async () => {
    expect(await storyOf(the(ambiguousWrite.buggy), desired)).toMatch(/claims are a=3, volumes are a=[4-9]\n/);
  });

  test('is made twice by the fixed one, which is the same', async () => {
    await expect(the(ambiguousWrite.fixed)).toReconcileEventuallyAndStably(desired);
  });
});

describe('a deletion while nobody looks', () => {
  const desired = { steps: [ask('a', 1), ask('b', 1), takeBack('a')], matches: everyClaimHasItsVolume };

  test('leaves a volume behind', async () => {
    expect(await storyOf(the(missedDeletion.buggy), desired)).toMatch(/claims are b=1, volumes are a=1,b=1/);
  });

  test('is seen by the fixed one', async () => {
    await expect(the(missedDeletion.fixed)).toReconcileEventuallyAndStably(desired);
  });
});

describe('a crash between teardown and destruction', () => {
  const desired = { steps: [ask('a', 1), takeBack('a')], matches: everyClaimHasItsVolume };

  test('leaves a volume that is torn down for ever', async () => {
    expect(await storyOf(the(stuckTeardown.buggy), desired)).toMatch(/claims are , volumes are a=1/);
  });

  test('is made good by the fixed one', async () => {
    await expect(the(stuckTeardown.fixed)).toReconcileEventuallyAndStably(desired);
  });
});

describe('a claim that comes again under its old name', () => {
  const desired = { steps: [ask('a', 1), takeBack('a'), ask('a', 1)], matches: everyClaimHasItsVolume };

  test('loses its volume', async () => {
    await expect(the(recreatedByName.buggy)).not.toReconcileEventuallyAndStably(desired);
  });

  test('keeps it with the fixed one', async () => {
    await expect(the(recreatedByName.fixed)).toReconcileEventuallyAndStably(desired);
  });

  test('keeps it whatever users do', async () => {
    const id = fc.constantFrom('a', 'b');
    const step = fc.oneof(
      fc.tuple(id, fc.integer({ min: 1, max: 3 })).map(([id, size]) => ask(id, size)),
      id.map(takeBack),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      await reconcileEventuallyAndStably(the(recreatedByName.fixed), {
        steps,
        matches: everyClaimHasItsVolume,
        runs: 5,
      });
    });
    await fc.assert(property, { numRuns: 20 });
  });
});

describe('a view that lags behind', () => {
  const desired = { steps: [ask('a', 1)], matches: nothingClaimedIsWiped };

  test('is believed for ever', async () => {
    expect(await storyOf(the(...staleRead.buggy), desired)).toMatch(/to be wiped though claimed: a/);
  });

  test('is corrected by the fixed one', async () => {
    await expect(the(...staleRead.fixed)).toReconcileEventuallyAndStably(desired);
  });
});

describe('a wake-up that is thrown away', () => {
  const bothAtOnce = (state: State): Promise<unknown> => Promise.all([ask('a', 1)(state), ask('b', 1)(state)]);
  const desired = { steps: [bothAtOnce], matches: everyClaimHasItsVolume };

  test('leaves a claim without a volume', async () => {
    expect(await storyOf(the(lostWakeUp.buggy), desired)).toMatch(/claims are a=1,b=1, volumes are [ab]=1\n/);
  });

  test('does not happen to the fixed one', async () => {
    await expect(the(lostWakeUp.fixed)).toReconcileEventuallyAndStably(desired);
  });
});

describe('two that undo what the other does', () => {
  const hasVolume = async (state: State): Promise<void> => void (await collection(state, Volume).get('a'));
  const desired = { steps: [ask('a', 1)], matches: hasVolume, within: 120_000 };

  test('are told by name', async () => {
    const story = await storyOf(the(...oscillatingPair.buggy), desired);
    expect(story).toMatch(/livelock/);
    expect(story).toMatch(/grow/);
    expect(story).toMatch(/watermark/);
  });

  test('rest when fixed, in every order', async () => {
    await expect(the(...oscillatingPair.fixed)).toReconcileEventuallyAndStably(desired);
    const { convergedStates, oscillations } = await exploreOrders(the(...oscillatingPair.fixed), desired, {
      deviations: 1,
    });
    expect([convergedStates, oscillations]).toEqual([1, []]);
  });
});
