import { abortReason, Backoff, messageOf, ownedHost, sleep, type Host, type Owner, type Table } from '@cosi-ts/core';
import { createAffiliateCipher } from '../crypto/affiliate-cipher.ts';
import { createEndpointCipher } from '../crypto/endpoint-cipher.ts';
import type { AffiliateData } from '../wire/affiliate-data.ts';
import type { EndpointData } from '../wire/endpoint-data.ts';
import { readCache } from './cache.ts';
import type { DiscoveredAffiliate } from './discovered-affiliate.ts';
import { keepCached } from './keep-cached.ts';
import { KnownAffiliates } from './known-affiliates.ts';
import { checkOptions, type DiscoveryClientOptions } from './options.ts';
import { LocalPublication, type PeerEndpoints } from './publication.ts';
import { Route } from './route.ts';
import { runSession, type SessionContext } from './session.ts';
import { StatusBoard, type ClientStatus } from './status.ts';

/** A table to read and to follow, not to write. */
export type ReadableTable<V> = Pick<Table<V>, 'changes' | 'events' | 'get' | 'list' | 'position' | 'size'>;

const TWO_MINUTES = 120_000;

/**
 * A node's client of the discovery service: publishes what the node says of itself, sealed, and knows the other nodes
 * of its cluster. It begins at once and connects again by itself, for as long as its owner lives; nothing that the
 * network or the service does makes it throw. What it knows outlives an outage of the service by the TTL.
 */
export class DiscoveryClient implements AsyncDisposable {
  readonly #options: DiscoveryClientOptions;
  readonly #owner: Owner;
  readonly #host: Host;
  readonly #status: StatusBoard;
  readonly #known: KnownAffiliates;
  readonly #publication: LocalPublication;
  readonly #backoff: Backoff;
  readonly #route: Route;

  /** @throws RangeError for a key, an id or a TTL that no service would accept */
  constructor(options: DiscoveryClientOptions) {
    checkOptions(options);
    const { affiliateId, endpoint, key } = options;
    const ciphers = { affiliates: createAffiliateCipher(key), endpoints: createEndpointCipher(key) };
    const owner = options.owner.child('discovery-client');
    const host = ownedHost({ ...options.host, log: options.host.log.child({ service: endpoint }) }, owner);
    const status = new StatusBoard(host.clock, endpoint);
    this.#options = options;
    this.#owner = owner;
    this.#host = host;
    this.#status = status;
    this.#known = new KnownAffiliates({
      host,
      ciphers,
      ownId: affiliateId,
      grace: options.unconfirmedGrace ?? TWO_MINUTES,
      onSkipped: (count) => status.skip(count),
    });
    this.#publication = new LocalPublication({ host, affiliateId, ...ciphers });
    this.#backoff = new Backoff(host.random);
    this.#route = new Route(endpoint);
    const { previous, ttl } = options;
    if (previous !== undefined) this.#known.inherit(previous.affiliates.list(), (id) => previous.timeLeft(id) ?? ttl);
    owner.run((signal) => this.#run(signal));
  }

  /** The other nodes by id. `changes()` gives a cursor that is woken when one comes, changes or goes. */
  get affiliates(): ReadableTable<DiscoveredAffiliate> {
    return this.#known.table;
  }

  get status(): ClientStatus {
    return this.#status.current;
  }

  /** The status as the only value of a table, for who follows it. */
  get statuses(): ReadableTable<ClientStatus> {
    return this.#status.table;
  }

  /** Milliseconds until another node is forgotten; undefined while the service tells of it. */
  timeLeft(id: string): number | undefined {
    return this.#known.timeLeft(id);
  }

  /** The address the service last saw this client at: 4 or 16 bytes; undefined if it does not tell. */
  get publicIp(): Uint8Array | undefined {
    return this.status.publicIp;
  }

  /**
   * Publishes what this node says of itself, where it can be reached, and where it reaches others. It replaces what
   * was said before and takes back a {@link deleteLocal}; saying the same again does nothing. Endpoints only ever add
   * to those the service knows: one left out goes when its lifetime ends.
   *
   * @throws RangeError if the affiliate's node id is not the client's affiliate id: the others would refuse it
   * @throws MalformedMessageError if a text holds a lone surrogate
   */
  setLocalData(
    affiliate: AffiliateData,
    endpoints: readonly EndpointData[] = [],
    otherEndpoints: readonly PeerEndpoints[] = [],
  ): void {
    const { affiliateId } = this.#options;
    if (affiliate.nodeId !== affiliateId) {
      throw new RangeError(`the affiliate of ${affiliateId} cannot have the node id ${affiliate.nodeId}`);
    }
    this.#publication.announce(affiliate, endpoints, otherEndpoints);
  }

  /**
   * Says goodbye: the service deletes this node, and what others later say does not bring it back. Resolves when the
   * service has acknowledged, or {@link setLocalData} took it back; while the service is away it does not, so set it
   * a bound. Rejects if the client is closed before.
   */
  deleteLocal(): Promise<void> {
    const { signal } = this.#owner;
    const left = new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(abortReason(signal));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      void this.#publication.withdraw().then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
    // Whoever leaves in a hurry may not look.
    left.catch(() => undefined);
    return this.#owner.guard(left);
  }

  /** Ends the client; what it published stays until its lifetime ends. */
  close(): Promise<void> {
    return this.#owner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    await this.#restore();
    let redirects = 0;
    while (!signal.aborted) {
      const redirected = await this.#connect(signal);
      redirects = redirected ? redirects + 1 : 0;
      // Where it was sent a client goes at once, unless it is sent on and on.
      if (redirects === 1) continue;
      if (!signal.aborted) await sleep(this.#host.timers, this.#backoff.next(), signal);
    }
  }

  /** What was known before a restart, for as long as it would have been kept without one. */
  async #restore(): Promise<void> {
    const { cache, clusterId, ttl } = this.#options;
    if (cache === undefined) return;
    const file = { host: this.#host, path: cache, clusterId };
    // What was inherited is newer than what a file may hold.
    const cached = this.#known.table.size > 0 ? undefined : await readCache(file);
    if (cached !== undefined) {
      // A clock that was set back must not make anything live forever.
      await this.#known.restore(cached.map((one) => ({ ...one, timeLeft: Math.min(one.timeLeft, ttl) })));
    }
    if (!this.#owner.isOpen) return;
    const known = this.#known;
    this.#owner.run((signal) =>
      keepCached({ file, known, ttl, signal, owner: this.#owner, timers: this.#host.timers }),
    );
  }

  /** One connection. Whether it ended by being sent elsewhere. */
  async #connect(signal: AbortSignal): Promise<boolean> {
    const { endpoint } = this.#route;
    this.#status.update({ endpoint });
    try {
      const redirect = await runSession(this.#context(), endpoint);
      this.#host.log.info('discovery service redirects', { from: endpoint, to: redirect });
      this.#route.redirect(redirect);
      return true;
    } catch (thrown) {
      if (!signal.aborted) this.#lost(endpoint, messageOf(thrown));
      return false;
    }
  }

  #context(): SessionContext {
    return {
      host: this.#host,
      owner: this.#owner,
      options: this.#options,
      known: this.#known,
      publication: this.#publication,
      status: this.#status,
      onSettled: () => this.#route.settled(),
      onConnected: () => this.#connected(),
      onPublished: () => this.#published(),
    };
  }

  #connected(): void {
    this.#status.update({ connected: true });
    this.#host.log.info('discovery service connected', { affiliates: this.#known.table.size });
    this.#healthy();
  }

  #published(): void {
    this.#status.update({ published: true });
    this.#healthy();
  }

  #healthy(): void {
    const { connected, published } = this.#status.current;
    if (connected) this.#status.update({ lastHealthy: this.#host.clock.now() });
    if (connected && published) this.#backoff.reset();
  }

  #lost(endpoint: string, error: string): void {
    const { connected } = this.#status.current;
    this.#host.log.warn('discovery service lost', { endpoint, error });
    this.#status.failed(error);
    this.#status.update({ connected: false, published: false });
    if (!connected) {
      this.#route.failed();
      return;
    }
    this.#status.update({ lastHealthy: this.#host.clock.now() });
    this.#known.lose(this.#options.ttl);
  }
}
