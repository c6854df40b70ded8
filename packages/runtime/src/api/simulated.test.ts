import { Namespace } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { MemoryState } from '../state/memory-state.ts';
import { remoteState } from './client/remote-state.ts';
import { stateService } from './server/state-service.ts';
import { EncodeCache } from './wire/encode-cache.ts';

const types = { find: () => Namespace };

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'in any order of the network, a watch has every event once and in its order (seed %i)',
  async (seed) => {
    await simulate({ seed }, async (sim) => {
      const server = sim.node('server').host;
      const client = sim.node('client').host;
      const state = new MemoryState({ clock: server.clock, random: server.random, types });
      const service = stateService(state, { types, encodings: new EncodeCache(), pace: server.pace });
      const { address } = await server.rpc.listen({ address: 'server:1' }, [service]);
      const remote = remoteState(client.rpc.connect({ address }), { types });

      await state.create(Namespace.create('0', { description: '' }));
      const watch = await remote.watchKind(Namespace, { bootstrapContents: true });
      const seen: string[] = [];
      const reading = (async () => {
        for await (const batch of watch) {
          for (const event of batch) {
            seen.push(event.type === 'errored' ? 'errored' : `${event.type} ${event.resource.metadata.id}`);
          }
        }
      })();
      const writers = Array.from({ length: 5 }, async (_, index) => {
        const id = String(index + 1);
        await remote.create(Namespace.create(id, { description: id }));
        await remote.destroy(Namespace.pointer(id));
      });
      await Promise.all(writers);
      await sim.settle();
      expect(seen.slice(0, 2)).toEqual(['created 0', 'bootstrapped ']);
      expect(seen.slice(2).toSorted()).toEqual(
        ['created', 'destroyed'].flatMap((type) => [1, 2, 3, 4, 5].map((id) => `${type} ${id}`)),
      );
      for (const id of [1, 2, 3, 4, 5])
        expect(seen.indexOf(`created ${id}`)).toBeLessThan(seen.indexOf(`destroyed ${id}`));

      watch.close();
      await reading;
    });
  },
);
