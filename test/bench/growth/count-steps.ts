import { StepCounter } from '../steps.ts';
import { OPERATIONS, type Grown } from './operations.ts';

/** Steps of each operation on a state as large as this: the mean of so many runs, after as many that are not counted. */
export async function countSteps(state: Grown, runs: number): Promise<ReadonlyMap<string, number>> {
  const steps = new Map<string, number>();
  await using counter = await StepCounter.start();
  for (const operation of OPERATIONS) {
    const run = await operation.prepare(state, 2 * runs);
    for (let n = 0; n < runs; n += 1) await run(n);
    await counter.count();
    for (let n = runs; n < 2 * runs; n += 1) await run(n);
    steps.set(operation.name, (await counter.count()) / runs);
  }
  return steps;
}
