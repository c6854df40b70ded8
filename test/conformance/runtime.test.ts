import type { Host } from '@cosi-ts/core';
import {
  ControllerRuntime,
  EncodeCache,
  MemoryState,
  remoteState,
  stateService,
  type ControllerRuntimeOptions,
} from '@cosi-ts/runtime';
import { runtimeConformance, type MakeRuntime, type RuntimeConditions } from '@cosi-ts/testing';
import { describe, test } from 'vitest';

const inMemory: MakeRuntime = ({ host, owner, types, history, observer }) => {
  const state = new MemoryState({ clock: host.clock, random: host.random, types, history });
  return { state, runtime: new ControllerRuntime({ state, host, owner, observer }) };
};

describe.each([0, 1, 2])('a runtime on a state in memory, seed %i', (seed) => {
  test.each(runtimeConformance(inMemory, { seed }))('$name', ({ run }) => run());
});

describe('a runtime whose controllers may change something ten times a second', () => {
  const make: MakeRuntime = (conditions) => {
    const { host, owner, observer } = conditions;
    const { state } = inMemory(conditions) as Awaited<ReturnType<MakeRuntime>>;
    const changeRate = { rate: 10, burst: 20 };
    return { state, runtime: new ControllerRuntime({ state, host, owner, observer, changeRate }) };
  };
  test.each(runtimeConformance(make))('$name', ({ run }) => run());
});

async function behindTheNetwork(
  { sim, host, owner, types, history, observer }: RuntimeConditions,
  options: Partial<ControllerRuntimeOptions> = {},
) {
  const server = sim.node('server').host;
  const served = new MemoryState({ clock: server.clock, random: server.random, types, history });
  const service = stateService(served, { types, encodings: new EncodeCache(), pace: server.pace });
  const { address } = await server.rpc.listen({ address: 'server:1' }, [service]);
  const remote = (client: Host) => remoteState(client.rpc.connect({ address }), { types, healing: { host: client } });
  // Whoever looks on has a way of their own.
  const state = remote(sim.node('user').host);
  return { state, runtime: new ControllerRuntime({ state: remote(host), host, owner, observer, ...options }) };
}

describe.each([0, 1])('a runtime on a state behind the network, seed %i', (seed) => {
  test.each(runtimeConformance((conditions) => behindTheNetwork(conditions), { seed }))('$name', ({ run }) => run());
});

describe('a runtime on a state behind the network that reads from what is at hand', () => {
  const make: MakeRuntime = (conditions) => behindTheNetwork(conditions, { cachedKinds: [...conditions.types] });
  test.each(runtimeConformance(make))('$name', ({ run }) => run());
});
