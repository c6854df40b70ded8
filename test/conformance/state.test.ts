import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realHost, type HistoryOptions, type Host } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import {
  EncodeCache,
  MemoryState,
  filterState,
  namespacedState,
  remoteState,
  stateService,
  type State,
} from '@cosi-ts/runtime';
import { simulate, stateConformance } from '@cosi-ts/testing';
import { describe, test } from 'vitest';
import { reopeningState } from './reopening-state.ts';

const host = realHost();
const types = typeRegistry([]);
const memory = ({ clock, random }: Host, history?: HistoryOptions): MemoryState =>
  new MemoryState({ clock, random, types, history });
const served = (state: State, { pace }: Host) => stateService(state, { types, encodings: new EncodeCache(), pace });

describe.each([
  { initialCapacity: 100, maxCapacity: 100, gap: 5 },
  { initialCapacity: 8, maxCapacity: 1024, gap: 2 },
  { initialCapacity: 4, maxCapacity: 32, gap: 1 },
])('a state in memory, history $initialCapacity to $maxCapacity, gap $gap', (history) => {
  const cases = stateConformance((body) => body(memory(host, history)));
  test.each(cases)('$name', ({ run }) => run());
});

describe('a state behind a rule that allows everything', () => {
  const cases = stateConformance((body) => body(filterState(memory(host), () => undefined)));
  test.each(cases)('$name', ({ run }) => run());
});

describe('a state of namespaces', () => {
  const cases = stateConformance((body) => body(namespacedState(() => memory(host))));
  test.each(cases)('$name', ({ run }) => run());
});

describe('a state with a store behind it', () => {
  const { clock, random } = host;
  const cases = stateConformance((body) =>
    body(reopeningState({ clock, random, gate: undefined, types, fate: () => 'yes' })),
  );
  test.each(cases)('$name', ({ run }) => run());
});

describe('a state behind a unix socket', () => {
  const cases = stateConformance(async (body) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'state-'));
    const address = `unix:${path.join(directory, 'api.sock')}`;
    const listener = await host.rpc.listen({ address }, [served(memory(host), host)]);
    const channel = host.rpc.connect({ address });
    try {
      await body(remoteState(channel, { types }));
    } finally {
      channel.close();
      await listener.close(0);
      rmSync(directory, { recursive: true });
    }
  });
  test.each(cases)('$name', ({ run }) => run());
});

describe.each([0, 1, 2])('a state behind the simulated network, seed %i', (seed) => {
  const cases = stateConformance(async (body) => {
    await simulate({ seed, faults: ['delay'] }, async (sim) => {
      const [server, client] = [sim.node('server').host, sim.node('client').host];
      const { address } = await server.rpc.listen({ address: 'server:1' }, [served(memory(server), server)]);
      await body(remoteState(client.rpc.connect({ address }), { types }));
    });
  });
  test.each(cases)('$name', ({ run }) => run());
});
