import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RpcError, realHost, type HistoryOptions, type Host } from '@cosi-ts/core';
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

describe('a state behind a unix socket, whose server is started anew before each call', () => {
  const cases = stateConformance(async (body) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'state-'));
    const address = `unix:${path.join(directory, 'api.sock')}`;
    const state = memory(host);
    const listen = () => host.rpc.listen({ address }, [served(state, host)]);
    let listener = await listen();
    const restarted = async (): Promise<void> => {
      await listener.close(0);
      listener = await listen();
      // A connection that was tried in between failed, and whoever asks before the next try is told so at once.
      await answers(remoteState(channel, { types }));
    };
    const channel = host.rpc.connect({ address });
    // Between two attempts nothing is gained by waiting longer.
    const timers: Host['timers'] = { after: (millis, fire, how) => host.timers.after(millis / 50, fire, how) };
    try {
      await body(before(restarted, remoteState(channel, { types, healing: { host: { ...host, timers } } })));
    } finally {
      channel.close();
      await listener.close(0);
      rmSync(directory, { recursive: true });
    }
  });
  test.each(cases)('$name', ({ run }) => run());
});

describe('a state behind a server that is started anew before each call', () => {
  const cases = stateConformance(async (body) => {
    await simulate({ seed: 0 }, async (sim) => {
      const [server, client] = [sim.node('server').host, sim.node('client').host];
      const service = served(memory(server), server);
      let listener = await server.rpc.listen({ address: 'server:1' }, [service]);
      const restarted = async (): Promise<void> => {
        await listener.close(0);
        listener = await server.rpc.listen({ address: 'server:1' }, [service]);
      };
      const channel = client.rpc.connect({ address: 'server:1' });
      await body(before(restarted, remoteState(channel, { types, healing: { host: client } })));
    });
  });
  test.each(cases)('$name', ({ run }) => run());
});

/** Resolves once the server can be reached. */
async function answers(remote: State): Promise<void> {
  for (;;) {
    try {
      await remote.list({ namespace: 'nobody', type: 'Nothing' });
      return;
    } catch (thrown) {
      if (!(thrown instanceof RpcError && thrown.status === 'UNAVAILABLE')) throw thrown;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** A state whose calls go one after the other, and something comes before each. */
function before(something: () => Promise<void>, state: State): State {
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(call: () => Promise<T>): Promise<T> => {
    const answer = last.then(something).then(call);
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    get: (pointer) => next(() => state.get(pointer)),
    list: (kind, options) => next(() => state.list(kind, options)),
    create: (resource, options) => next(() => state.create(resource, options)),
    update: (resource, options) => next(() => state.update(resource, options)),
    destroy: (pointer, options) => next(() => state.destroy(pointer, options)),
    teardown: (pointer, options) => next(() => state.teardown(pointer, options)),
    watch: (pointer, options) => next(() => state.watch(pointer, options)),
    watchKind: (kind, options) => next(() => state.watchKind(kind, options)),
  };
}

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
