import type { HistoryOptions, Host, RpcListener } from '@cosi-ts/core';
import { Namespace, isTombstone, type Resource } from '@cosi-ts/resources';
import { expect } from 'vitest';
import { MemoryState } from '../../state/memory-state.ts';
import type { State } from '../../state/state.ts';
import type { Watch } from '../../state/watch.ts';
import { stateService } from '../server/state-service.ts';
import { EncodeCache } from '../wire/encode-cache.ts';
import { remoteState } from './remote-state.ts';

const types = { find: () => Namespace };

/** A state server that can be cut off from its clients, and begin anew. */
export class Server {
  readonly #host: Host;
  readonly #history: HistoryOptions;
  #listener: RpcListener | undefined;
  state: MemoryState;

  constructor(host: Host, history: HistoryOptions) {
    this.#host = host;
    this.#history = history;
    this.state = this.#newState();
  }

  async listen(): Promise<void> {
    const service = stateService(this.state, { types, encodings: new EncodeCache(), pace: this.#host.pace });
    this.#listener = await this.#host.rpc.listen({ address: 'server:1' }, [service]);
  }

  /** Every connection breaks, and nobody answers until it listens again. */
  async cut(): Promise<void> {
    await this.#listener?.close(0);
  }

  /** All contents, histories and bookmarks are lost. */
  forget(): void {
    this.state = this.#newState();
  }

  #newState(): MemoryState {
    const { clock, random } = this.#host;
    return new MemoryState({ clock, random, types, history: this.#history });
  }
}

/** A server, and a client of it whose watches heal. */
export async function startServer(
  server: Host,
  client: Host,
  history: HistoryOptions,
): Promise<{ server: Server; remote: State }> {
  const started = new Server(server, history);
  await started.listen();
  const channel = client.rpc.connect({ address: 'server:1' }, { keepalive: { time: 10_000, timeout: 5000 } });
  const healing = { host: client, budget: Number.POSITIVE_INFINITY };
  return { server: started, remote: remoteState(channel, { types, healing }) };
}

/** What a reader takes for true: every event must fit to those before. */
export class Fold {
  readonly contents = new Map<string, Resource>();
  /** `id@version` of everything that was told to be there, `id@` of what went. */
  readonly seen: string[] = [];
  bootstraps = 0;
  failure: Error | undefined;

  async follow(watch: Watch): Promise<void> {
    for await (const batch of watch) {
      for (const event of batch) {
        if (event.type === 'errored') {
          this.failure = event.error;
          return;
        }
        if (event.type === 'bootstrapped') this.bootstraps += 1;
        if (event.type === 'bootstrapped' || event.type === 'noop') continue;
        const { resource } = event;
        const { id, version } = resource.metadata;
        const known = this.contents.get(id);
        if (event.type === 'created') expect(known).toBeUndefined();
        if (event.type === 'updated') expect(known).toEqual(event.old);
        if (event.type === 'updated') expect(known).not.toEqual(resource);
        if (event.type === 'destroyed' && !isTombstone(resource)) expect(known).toBeDefined();
        if (event.type === 'destroyed') this.contents.delete(id);
        else this.contents.set(id, resource);
        this.seen.push(event.type === 'destroyed' ? `${id}@` : `${id}@${version}`);
      }
    }
  }
}
