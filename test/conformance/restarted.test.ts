import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RpcError, realHost, type Host } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { EncodeCache, MemoryState, openState, remoteState, stateService, type State } from '@cosi-ts/runtime';
import { simulate, stateConformance, type KnownGaps } from '@cosi-ts/testing';
import { describe, test } from 'vitest';
import { before } from './before.ts';
import { Disk, storeOn } from './disk.ts';

const types = typeRegistry([]);
const inMemory = ({ clock, random }: Host): State => new MemoryState({ clock, random, types });
const served = (state: State, { pace }: Host) => stateService(state, { types, encodings: new EncodeCache(), pace });

describe('a state whose server is started anew before each call', () => {
  test.each(stateConformance(atUnixSocket))('at a unix socket: $name', ({ run }) => run());

  const cases = stateConformance((body) =>
    simulated((host) => {
      const state = inMemory(host);
      return () => state;
    }, body),
  );
  test.each(cases)('in a simulation: $name', ({ run }) => run());
});

const MERGED =
  'the store keeps what there is, not what happened: a watch that was open goes on with the difference, in which several changes of one resource are one';
const NO_TAIL = 'the store keeps what there is, not what happened: there is no tail behind the opening';
const NO_PLACE = 'the store keeps what there is, not what happened: a bookmark before the opening is refused';

const GAPS: KnownGaps = {
  'IDQuery: lists and watches hold what their pattern finds': MERGED,
  'WatchKindAggregatedWithLabels: in batches too, the first of which is the contents': MERGED,
  'WatchKindAggregatedWithLabels: no batch is empty, though most events are not selected': MERGED,
  'WatchKind: tells every change of its kind': MERGED,
  'WatchKindAggregated: what is pending comes in one batch': MERGED,
  'WatchWithTailEvents: begins with the last events of its resource': MERGED,
  'WatchKindWithTailEvents: begins with the last events of its kind': MERGED,
  'WatchKindAggregatedWithTailEvents: those come in one batch, and the live ones after them': MERGED,
  'WatchWithBookmarks: a watch goes on behind any of its events': NO_PLACE,
  'WatchKindWithBookmarks: a watch goes on behind its contents and any of its events': NO_PLACE,
  'WatchKindWithBookmarks: and from its beginning, if it asked for a bookmark there': NO_PLACE,
  'WatchKindWithBookmarks: the same in batches': NO_PLACE,
  'WatchKindWithBookmarks: that in batches, too': NO_PLACE,
  'ContextWithTeardown: what is done for a resource ends when that goes': NO_TAIL,
};

describe('a state with a store, which is opened anew with its server before each call', () => {
  const cases = stateConformance(
    (body) =>
      simulated(({ clock, random }) => {
        const disk = new Disk();
        return () => openState({ clock, random, types, store: storeOn(disk) });
      }, body),
    { knownGaps: GAPS },
  );
  test.each(cases)('$name', ({ run }) => run());
});

async function simulated(
  stateOf: (host: Host) => () => State | Promise<State>,
  body: (state: State) => Promise<void>,
): Promise<void> {
  await simulate({ seed: 0 }, async (sim) => {
    const [server, client] = [sim.node('server').host, sim.node('client').host];
    const open = stateOf(server);
    const listen = async () => server.rpc.listen({ address: 'server:1' }, [served(await open(), server)]);
    let listener = await listen();
    const restarted = async (): Promise<void> => {
      await listener.close(0);
      listener = await listen();
    };
    const channel = client.rpc.connect({ address: 'server:1' });
    await body(before(restarted, remoteState(channel, { types, healing: { host: client } })));
  });
}

async function atUnixSocket(body: (state: State) => Promise<void>): Promise<void> {
  const host = realHost();
  const directory = mkdtempSync(path.join(tmpdir(), 'state-'));
  const address = `unix:${path.join(directory, 'api.sock')}`;
  const state = inMemory(host);
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
}

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
