import { Buffer } from 'node:buffer';
import { Changelog, type Host, type Table, type Timer, type Write } from '@cosi-ts/core';
import type { PublishedAffiliate } from '../wire/messages.ts';
import { readAffiliate, type Ciphers, type DiscoveredAffiliate } from './discovered-affiliate.ts';

export interface KnownAffiliatesOptions {
  readonly host: Host;
  readonly ciphers: Ciphers;
  /** This node: it is never among the others. */
  readonly ownId: string;
  /** Called with how much had to be left out. */
  readonly onSkipped: (count: number) => void;
}

/**
 * The other nodes of the cluster, as of the newest message. A node whose newest data cannot be read stays with the
 * last that could, for as long as the service knows it.
 */
export class KnownAffiliates {
  readonly #options: KnownAffiliatesOptions;
  readonly #log: Changelog<DiscoveredAffiliate>;
  readonly #table: Table<DiscoveredAffiliate>;
  #expiry: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(options: KnownAffiliatesOptions) {
    this.#options = options;
    this.#log = new Changelog(options.host.clock);
    this.#table = this.#log.table('affiliates');
  }

  get table(): Table<DiscoveredAffiliate> {
    return this.#table;
  }

  /** Milliseconds until all is forgotten; undefined while it is being told. */
  get timeLeft(): number | undefined {
    return this.#expiry && Math.max(0, this.#expiry.at - this.#options.host.clock.monotonic());
  }

  /** Forgets everything after so many milliseconds, unless a snapshot comes before. */
  expireIn(millis: number): void {
    const { clock, timers, log } = this.#options.host;
    this.#expiry?.timer.cancel();
    const expire = (): void => {
      if (this.#table.size === 0) return;
      log.warn('no word from the discovery service for too long: other affiliates forgotten');
      this.remove(this.#table.list().map(({ id }) => id));
    };
    this.#expiry = { at: clock.monotonic() + millis, timer: timers.after(millis, expire, { background: true }) };
  }

  /** What an earlier client knew, as it knew it, for so many milliseconds unless the service tells before. */
  inherit(affiliates: readonly DiscoveredAffiliate[], millis: number): void {
    const others = affiliates.filter(({ id }) => id !== this.#options.ownId);
    if (others.length === 0) return;
    this.#commit(others.map((affiliate) => this.#write(affiliate.id, affiliate)));
    this.expireIn(millis);
  }

  /** What was known before a restart, and the service did not yet say. */
  async restore(published: readonly PublishedAffiliate[]): Promise<void> {
    this.#commit(await this.#read(published, true));
  }

  /** Everything there is: what is not in it is gone. One commit of the difference. */
  async replace(published: readonly PublishedAffiliate[]): Promise<void> {
    this.#expiry?.timer.cancel();
    this.#expiry = undefined;
    const ids = new Set<string>();
    for (const { id, data } of published) if (data.length > 0) ids.add(id);
    const gone = this.#table.list().filter(({ id }) => !ids.has(id));
    const writes = await this.#read(published);
    this.#commit([...gone.map(({ id }) => this.#write(id, undefined)), ...writes]);
  }

  /** Each of these changed; one without data has no more than what its peers say of it, and counts as gone. */
  async update(published: readonly PublishedAffiliate[]): Promise<void> {
    const gone = published.filter(({ id, data }) => data.length === 0 && this.#table.get(id) !== undefined);
    const writes = await this.#read(published);
    this.#commit([...gone.map(({ id }) => this.#write(id, undefined)), ...writes]);
  }

  remove(ids: readonly string[]): void {
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

  #write(key: string, after: DiscoveredAffiliate | undefined): Write<DiscoveredAffiliate> {
    return { table: this.#table, key, after };
  }

  #commit(writes: readonly Write<DiscoveredAffiliate>[]): void {
    if (writes.length > 0) this.#log.commit(writes);
  }
}
