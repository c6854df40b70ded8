import { setFlagsFromString } from 'node:v8';
import { countSteps } from './count-steps.ts';
import { grown } from './operations.ts';

// Counts the steps at one size in a process of its own: `steps-of-size.ts SIZE`. Prints JSON.
const state = await grown(Number(process.argv[2]));
// A call that the compiler puts in line is not counted.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);
process.stdout.write(`${JSON.stringify(Object.fromEntries(await countSteps(state, 500)))}\n`);
