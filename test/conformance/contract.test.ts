import type { HistoryOptions, Host } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { EncodeCache, MemoryState, filterState, remoteState, stateService } from '@cosi-ts/runtime';
import {
  distantState,
  exercise,
  simulate,
  watchContract,
  type ContractOptions,
  type History,
  type Simulation,
  type SimulationOptions,
} from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { happenedIn } from './happened.ts';

const types = typeRegistry([]);
const memory = ({ clock, random }: Host, history?: HistoryOptions): MemoryState =>
  new MemoryState({ clock, random, types, history });

/** Runs many histories, each of which must keep every law. @returns what happened in any of them */
async function campaign(
  runs: number,
  { heals, ...options }: SimulationOptions & ContractOptions,
  scenario: (sim: Simulation) => Promise<History>,
): Promise<ReadonlySet<string>> {
  const happened = new Set<string>();
  for (let seed = 0; seed < runs; seed += 1) {
    const { value } = await simulate({ seed, ...options }, scenario);
    expect(watchContract(value, { heals }), `seed ${seed}`).toEqual([]);
    for (const what of happenedIn(value)) happened.add(what);
  }
  return happened;
}

const ALWAYS = `
  create done, update done, destroy done, teardown done, get done, list done,
  not-found, already-exists, owner-conflict, version-conflict, phase-conflict, pending-finalizers,
  created, updated, destroyed, bootstrapped, noop, left, batch of several, tail,
  watch of a kind, watch of one, resumed watch of a kind, resumed watch of one, invalid-bookmark`;

const named = (names: string): string[] => names.split(',').map((name) => name.trim());

test.each([
  { initialCapacity: 100, maxCapacity: 100, gap: 5, also: ', transact done' },
  { initialCapacity: 8, maxCapacity: 1024, gap: 2, also: ', transact done' },
  { initialCapacity: 4, maxCapacity: 32, gap: 1, also: ', transact done' },
  { initialCapacity: 4, maxCapacity: 4, gap: 1, also: ', transact done, watch-overrun' },
])('a state in memory with a history of $initialCapacity to $maxCapacity keeps every law', async (history) => {
  const happened = await campaign(200, {}, (sim) => {
    const { host } = sim.node('state');
    const whole = memory(host, history);
    const state = sim.choose('filtered', 2) === 1 ? filterState(whole, () => undefined) : whole;
    return exercise(sim, { connect: (client) => distantState(state, host.gate, client) });
  });
  expect([...happened]).toEqual(expect.arrayContaining(named(ALWAYS + history.also)));
});

test.each([
  { faults: ['delay'], heals: false, also: '' },
  { faults: ['delay', 'cut'], heals: false, also: ', broken, update unknown, destroy unknown' },
  { faults: ['delay', 'cut'], heals: true, also: ', update unknown, destroy unknown' },
] as const)('a state behind a network with $faults keeps every law (watches heal: $heals)', async (given) => {
  const { faults, heals, also } = given;
  const happened = await campaign(100, { faults, heals }, async (sim) => {
    const server = sim.node('server').host;
    const service = stateService(memory(server), { types, encodings: new EncodeCache(), pace: server.pace });
    const { address } = await server.rpc.listen({ address: 'server:1' }, [service]);
    return exercise(sim, {
      connect(client) {
        const { host } = sim.node(client);
        return remoteState(host.rpc.connect({ address }), { types, healing: heals ? { host } : undefined });
      },
    });
  });
  expect([...happened]).toEqual(expect.arrayContaining(named(ALWAYS + also)));
});
