import { Buffer } from 'node:buffer';
import { Changelog, type Host, type Table, type Write } from '@cosi-ts/core';
import type { PublishedAffiliate } from '../wire/messages.ts';
import type { CachedAffiliate } from './cache.ts';
import { Deadlines } from './deadlines.ts';
import { readAffiliate, type Ciphers, type DiscoveredAffiliate } from './discovered-affiliate.ts';

export interface KnownAffiliatesOptions {
  readonly host: Host;
  readonly ciphers: Ciphers;
  /** This node: it is never among the others. */
  readonly ownId: string;
  /** Milliseconds that those stay, unconfirmed, which a snapshot lacks although they were known. */
  readonly grace: number;
  /** Called with how much had to be left out. */
  readonly onSkipped: (count: number) => void;
}

/**
 * The other nodes of the cluster, as of the newest message. A node whose newest data cannot be read stays with the
 * last that could, for as long as the service knows it. Whom the service does not tell of now stays until its deadline.
 */
export class KnownAffiliates {
  readonly #options: KnownAffiliatesOptions;
  readonly #log: Changelog<DiscoveredAffiliate>;
  readonly #table: Table<DiscoveredAffiliate>;
  readonly #deadlines: Deadlines;

  constructor(options: KnownAffiliatesOptions) {
    this.#options = options;
    this.#log = new Changelog(options.host.clock);
    this.#table = this.#log.table('affiliates');
    this.#deadlines = new Deadlines(options.host, (ids) => this.#expire(ids));
  }

  get table(): Table<DiscoveredAffiliate> {
    return this.#table;
  }

  /** Milliseconds until a node is forgotten; undefined while the service tells of it. */
  timeLeft(id: string): number | undefined {
    return this.#deadlines.timeLeft(id);
  }

  /** The service tells nothing any more: whom it told of until now is forgotten after so many milliseconds. */
  lose(millis: number): void {
    this.#deadlines.atMost(idsOf(this.#table.list()), millis);
  }

  /** What an earlier client knew, as it knew it; `timeLeft` tells the milliseconds until it is forgotten. */
  inherit(affiliates: readonly DiscoveredAffiliate[], timeLeft: (id: string) => number): void {
    const others = affiliates.filter(({ id }) => id !== this.#options.ownId);
    for (const { id } of others) this.#deadlines.atMost([id], timeLeft(id));
    this.#commit(others.map((affiliate) => this.#write(affiliate.id, affiliate)));
  }

  /** What was known before a restart, and the service did not yet say. */
  async restore(cached: readonly CachedAffiliate[]): Promise<void> {
    this.#commit(await this.#read(cached, true));
    for (const { id, timeLeft } of cached) {
      if (this.#table.get(id) !== undefined) this.#deadlines.atMost([id], timeLeft);
    }
  }

  /**
   * Everything that the service knows. One that was restarted may have lost what it knew, and then the others do not
   * all come back at once: whoever is not in it stays for a while.
   */
  async replace(published: readonly PublishedAffiliate[]): Promise<void> {
    const ids = new Set<string>();
    for (const { id, data } of published) if (data.length > 0) ids.add(id);
    for (const id of ids) this.#deadlines.delete(id);
    const writes = await this.#read(published);
    const missing = this.#table.list().filter(({ id }) => !ids.has(id));
    this.#deadlines.atMost(idsOf(missing), this.#options.grace);
    for (const affiliate of missing) {
      if (!affiliate.unconfirmed) writes.push(this.#write(affiliate.id, { ...affiliate, unconfirmed: true }));
    }
    this.#commit(writes);
  }

  /**
   * Each of these changed. One without data has no more than what its peers say of it, and counts as gone, unless the
   * service did not yet tell of it.
   */
  async update(published: readonly PublishedAffiliate[]): Promise<void> {
    const gone = published.filter(({ id, data }) => data.length === 0 && this.timeLeft(id) === undefined);
    for (const { id, data } of published) if (data.length > 0) this.#deadlines.delete(id);
    const writes = await this.#read(published);
    this.remove(gone.map(({ id }) => id));
    this.#commit(writes);
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#deadlines.delete(id);
    this.#commit(ids.filter((id) => this.#table.get(id) !== undefined).map((id) => this.#write(id, undefined)));
  }

  /** Counts what could not be read at all. */
  skip(count: number): void {
    if (count > 0) this.#options.onSkipped(count);
  }

  async #read(published: readonly PublishedAffiliate[], unconfirmed = false): Promise<Write<DiscoveredAffiliate>[]> {
    const { host, ciphers, ownId } = this.#options;
    const { clock } = host;
    const receipt = { received: clock.now(), unconfirmed, now: unconfirmed ? 0 : clock.monotonic() };
    const writes: Write<DiscoveredAffiliate>[] = [];
    for (const one of published) {
      if (one.id === ownId || one.data.length === 0 || this.#isKnown(one)) continue;
      const { affiliate, skipped } = readAffiliate(one, ciphers, { ...receipt, before: this.#table.get(one.id) });
      for (const reason of skipped) host.log.warn('affiliate not readable', { affiliate: one.id, reason });
      this.skip(skipped.length);
      if (affiliate !== undefined) writes.push(this.#write(one.id, affiliate));
      const turn = host.pace.yield();
      if (turn !== undefined) await turn;
    }
    return writes;
  }

  #isKnown({ id, data, endpoints }: PublishedAffiliate): boolean {
    const known = this.#table.get(id);
    if (known === undefined || known.unconfirmed) return false;
    const { sealed } = known;
    return (
      Buffer.compare(sealed.data, data) === 0 &&
      sealed.endpoints.length === endpoints.length &&
      sealed.endpoints.every((endpoint, at) => Buffer.compare(endpoint, endpoints[at] ?? data) === 0)
    );
  }

  #expire(ids: readonly string[]): void {
    const { log } = this.#options.host;
    log.warn('no word of them from the discovery service for too long: forgotten', { affiliates: ids.length });
    this.remove(ids);
  }

  #write(key: string, after: DiscoveredAffiliate | undefined): Write<DiscoveredAffiliate> {
    return { table: this.#table, key, after };
  }

  #commit(writes: readonly Write<DiscoveredAffiliate>[]): void {
    if (writes.length > 0) this.#log.commit(writes);
  }
}

function idsOf(affiliates: readonly DiscoveredAffiliate[]): readonly string[] {
  return affiliates.map(({ id }) => id);
}
