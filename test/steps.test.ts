import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { countSteps } from './bench/growth/count-steps.ts';
import { grown } from './bench/growth/operations.ts';
import { pointerOf } from './bench/state/member.ts';
import { StepCounter } from './bench/steps.ts';

const RUNS = 500;

// A call that the compiler puts in line is not counted.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);

test('get, create, update and the delivery of an event take the same number of steps in a small state and a large one', async () => {
  const few = await countSteps(await grown(1_000), RUNS);
  const many = await countSteps(await grown(30_000), RUNS);
  for (const [name, steps] of few) {
    const later = many.get(name) ?? Number.NaN;
    expect(steps).toBeGreaterThan(3);
    expect(Math.abs(later - steps), `${name}: ${steps} and ${later} steps`).toBeLessThanOrEqual(0.5);
  }
});

test('a change costs no more steps, however many watch other resources one by one', async () => {
  const few = await grown(2_000);
  const many = await grown(2_000);
  for (let n = 0; n < 1_000; n += 1) {
    const watch = await many.state.watch(pointerOf(1_000 + n));
    await watch.next();
    void watch.next();
  }
  await using counter = await StepCounter.start();
  const steps: number[] = [];
  for (const { state } of [few, many]) {
    let current = await state.get(pointerOf(0));
    await counter.count();
    for (let n = 0; n < RUNS; n += 1) current = await state.update(current);
    steps.push((await counter.count()) / RUNS);
  }
  const [without = 0, beside = 0] = steps;
  // It asks whether anybody follows this one.
  expect(beside - without).toBeLessThanOrEqual(2);
});
