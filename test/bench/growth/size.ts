import { performance } from 'node:perf_hooks';
import { Members, idOf, newMember, newState } from '../state/member.ts';
import { OPERATIONS, spread, type Grown } from './operations.ts';

// Measures one size in a process of its own: `size.ts SIZE`. Prints JSON.
export interface Measured {
  readonly name: string;
  /** Nanoseconds an operation, of the state and of a bare Map of the same ids. */
  readonly ours: number;
  readonly map: number;
  /** The longest that a single call, or a slice of one, took, in milliseconds. */
  readonly slowest: number;
  readonly slowestOfMap: number;
}

const RUNS = 20_000;

const size = Number(process.argv[2]);
const measured: Measured[] = [];

// Both are warm before they are timed.
for (let round = 0; round < 3; round += 1) measured.splice(0, Infinity, ...(await measure(round < 2 ? 1_000 : size)));
process.stdout.write(`${JSON.stringify(measured)}\n`);

async function measure(count: number): Promise<Measured[]> {
  const map = new Map<string, unknown>();
  const mapGrowth = await timed(count, (n) => void map.set(idOf(n), newMember(n)));
  const state = newState();
  const growth = await timed(count, (n) => state.create(newMember(n)));
  const grown: Grown = { state, size: count };
  const rows: Measured[] = [row('grow to it', growth, mapGrowth)];
  for (const operation of OPERATIONS) {
    const run = await operation.prepare(grown, RUNS);
    const bare = mapOperation(map, operation.name, count);
    rows.push(row(operation.name, await timed(RUNS, run), await timed(RUNS, bare)));
  }
  rows.push(await longestSlice('first list', () => state.list(Members)));
  rows.push(await longestSlice('bootstrap', () => bootstrap(grown)));
  return rows;
}

interface Timed {
  readonly mean: number;
  readonly slowest: number;
}

function row(name: string, ours: Timed, map: Timed): Measured {
  return { name, ours: ours.mean, map: map.mean, slowest: ours.slowest, slowestOfMap: map.slowest };
}

async function timed(runs: number, run: (n: number) => unknown): Promise<Timed> {
  let slowest = 0;
  let sum = 0;
  for (let n = 0; n < runs; n += 1) {
    const begun = performance.now();
    await run(n);
    const took = performance.now() - begun;
    sum += took;
    if (took > slowest) slowest = took;
  }
  return { mean: (sum * 1e6) / runs, slowest };
}

/** The same with a bare Map; ids are made before, as they are for the state. */
function mapOperation(map: Map<string, unknown>, name: string, count: number): (n: number) => unknown {
  const idAt = name === 'create' ? (n: number) => idOf(2 * count + n) : (n: number) => idOf(spread(n, count));
  const ids = Array.from({ length: RUNS }, (_, n) => idAt(n));
  if (name === 'get') return (n) => map.get(ids[n] as string);
  return (n) => map.set(ids[n] as string, n);
}

/** The longest stretch in which the event loop did not turn while something ran. */
async function longestSlice(name: string, run: () => Promise<unknown>): Promise<Measured> {
  let slowest = 0;
  let turned = performance.now();
  let isOver = false;
  const turn = (): void => {
    const now = performance.now();
    slowest = Math.max(slowest, now - turned);
    turned = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await new Promise((resolve) => setImmediate(resolve));
  const begun = performance.now();
  await run();
  const took = performance.now() - begun;
  await new Promise((resolve) => setImmediate(resolve));
  isOver = true;
  return { name, ours: took * 1e6, map: 0, slowest, slowestOfMap: 0 };
}

async function bootstrap({ state }: Grown): Promise<void> {
  const watch = await state.watchKind(Members, { bootstrapContents: true });
  for await (const batch of watch) if (batch.at(-1)?.type === 'bootstrapped') return;
}
