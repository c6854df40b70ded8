import { RpcError, type Host, type RpcSink, type ServerCall } from '@cosi-ts/core';
import type { Clusters } from '../state/clusters.ts';
import { Watch } from './watch.ts';
import { watchMessages } from './watch-messages.ts';

export interface WatchesOptions {
  readonly host: Host;
  readonly clusters: Clusters;
  readonly maxWatchers: number;
  /** Milliseconds. */
  readonly stuckTimeout: number;
}

/** All watch streams of a service. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #messages = watchMessages();
  readonly #open = new Set<Watch>();

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Serves one stream until the caller goes away or {@link endAll}.
   *
   * @throws RpcError RESOURCE_EXHAUSTED if there are too many, ABORTED if the caller is stuck
   */
  async serve(clusterId: string, { signal }: ServerCall, sink: RpcSink): Promise<void> {
    const { host, clusters, maxWatchers, stuckTimeout } = this.#options;
    if (this.#open.size >= maxWatchers) {
      throw new RpcError('RESOURCE_EXHAUSTED', `the service has room for ${maxWatchers} watches`);
    }
    const cursor = clusters.follow(clusterId);
    const audience = (): number => clusters.find(clusterId)?.followers ?? 1;
    const watch = new Watch({ cursor, sink, host, messages: this.#messages, audience, stuckTimeout });
    const end = (): void => watch.end();
    signal.addEventListener('abort', end, { once: true });
    this.#open.add(watch);
    try {
      if (!signal.aborted) await watch.run();
    } finally {
      watch.end();
      this.#open.delete(watch);
      signal.removeEventListener('abort', end);
      clusters.dropIfUnused(clusterId);
    }
  }

  /** Ends them all in peace, so that clients hear of a clean end and not of a lost connection. */
  endAll(): void {
    for (const watch of this.#open) watch.end();
  }
}
