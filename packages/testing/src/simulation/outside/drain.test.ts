import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { simulate as simulateDraining } from '../simulate.ts';
import type { Simulation } from '../simulation.ts';

const node = process as { _tickCallback?: unknown };
const tickCallback = node._tickCallback;

beforeEach(() => {
  vi.resetModules();
  node._tickCallback = undefined;
});
afterEach(() => {
  node._tickCallback = tickCallback;
});

async function scenario(sim: Simulation): Promise<string> {
  const { gate, timers } = sim.node('a').host;
  let order = '';
  for (const actor of ['1', '2', '3']) {
    const hop = async (): Promise<void> => {
      for (let hops = 0; hops < 5; hops += 1) await Promise.resolve();
      await gate?.pass({ kind: 'call', actor, label: 'go' });
      order += actor;
    };
    timers.after(10, () => void hop());
  }
  await sim.settle();
  return order;
}

test('where microtasks cannot be drained at once, a step takes a turn of the loop, and the run is the same', async () => {
  const { simulate } = await import('../simulate.ts');
  for (let seed = 0; seed < 20; seed += 1) {
    const slow = await simulate({ seed }, scenario);
    node._tickCallback = tickCallback;
    const fast = await simulateDraining({ seed }, scenario);
    expect([slow.hash, slow.value]).toEqual([fast.hash, fast.value]);
  }
});

test('a long run lets the event loop turn', async () => {
  let turns = 0;
  const beat = setInterval(() => (turns += 1), 0);
  await simulateDraining({}, async (sim) => {
    const { gate } = sim.node('a').host;
    for (let count = 0; count < 50_000; count += 1) await gate?.pass({ kind: 'call', actor: 'a', label: '' });
  });
  clearInterval(beat);
  expect(turns).toBeGreaterThan(2);
});
