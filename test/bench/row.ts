import type { Sample } from './clock.ts';
import type { Contestant, Suite } from './suite.ts';

// Measures one row in a process of its own: `row.ts SUITE ROW SAMPLES ours|reference`. Prints the samples as JSON.
const [suiteName = '', rowName, count, contestant = 'ours'] = process.argv.slice(2);
const { suite } = (await import(`./${suiteName}/suite.ts`)) as { readonly suite: Suite };
const row = suite.rows.find(({ name }) => name === rowName);
if (row === undefined) throw new Error(`no row ${rowName} in ${suiteName}`);
const samples: Sample[] = [];
for (let n = 0; n < Number(count); n += 1) samples.push(await row.measure(contestant as Contestant));
process.stdout.write(`${JSON.stringify(samples)}\n`);
