import { isDeepStrictEqual } from 'node:util';
import { ownedHost, realHost } from '@cosi-ts/core';
import { pointerText } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, type Controller, type State } from '@cosi-ts/runtime';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { test } from 'vitest';
import { DERIVING, derivations, own } from '../corpus/own.ts';
import { scaledCampaign } from './campaign.ts';

const { steps, types = [], atRest } = derivations;
const controllers = own(...DERIVING);
const ports = controllers(realHost()).flatMap(({ ports }) => Object.values(ports));
const kinds = [
  ...new Map(
    [...types, ...ports.map(({ type }) => type)].map((type) => [`${type.namespace}/${type.type}`, type] as const),
  ).values(),
];
const byType = new Map(kinds.map((type) => [type.type, type]));

/** What the controllers come to after each number of steps when nothing happens out of order, whatever COSI_REPLAY says. */
const boring = () => steps.map((_, index) => simulate({ replay: 'tape=' }, (sim) => play(sim, index + 1)));

// Ten times as many are ten thousand.
test('the controllers of discovery come to the same in any order, while users go on', async ({ task }) => {
  const references = await Promise.all(boring());
  await scaledCampaign(task.name, { runs: 1000 }, async (sim) => {
    const count = 1 + sim.choose('steps', steps.length);
    const end = await play(sim, count);
    const expected = references[count - 1]?.value ?? {};
    const wrong = Object.keys({ ...expected, ...end }).filter((key) => !isDeepStrictEqual(expected[key], end[key]));
    if (wrong.length > 0) throw new Error(`another end than without disorder: ${wrong.join(', ')}`);
  });
});

type End = Readonly<Record<string, unknown>>;

/** What users do, without waiting for anything; then all comes to rest. */
async function play(sim: Simulation, count: number): Promise<End> {
  const { host, owner } = sim.node('node');
  const { clock, random } = host;
  const state = new MemoryState({ clock, random, types: { find: (type) => byType.get(type) } });
  const runtime = new ControllerRuntime({ state, host: ownedHost(host, owner), owner });
  const left = [...controllers(host)];
  while (left.length > 0) runtime.register(left.splice(sim.choose('next', left.length), 1)[0] as Controller);
  runtime.start();
  for (const step of steps.slice(0, count)) {
    await step(state);
    for (let left = sim.choose('pause', 20); left > 0; left -= 1) await sim.tick();
  }
  await rest(sim, state);
  return endOf(state);
}

async function rest(sim: Simulation, state: MemoryState): Promise<void> {
  await sim.settle();
  for (let before = -1; before !== state.position; await sim.settle()) {
    before = state.position;
    await atRest?.(state);
  }
}

/** Everything but versions and times. */
async function endOf(state: State): Promise<End> {
  const end: Record<string, unknown> = {};
  for (const kind of kinds) {
    for (const { metadata, spec } of await state.list(kind)) {
      const { owner, phase, finalizers, labels } = metadata;
      end[pointerText(metadata)] = { owner, phase, finalizers: finalizers.toSorted(), labels: [...labels], spec };
    }
  }
  return end;
}
