import type { Life, World } from '../world.ts';
import type { Call } from './call.ts';

/** Milliseconds after which a system gives a silent connection up when no keepalive does it before. */
const SILENCE = 120_000;

/** A connection of a channel to a listener; it carries calls until it breaks. */
export class Connection {
  readonly client: Life;
  readonly server: Life;
  readonly calls = new Set<Call>();
  readonly #world: World;
  readonly #patience: { readonly client: number; readonly server: number };
  readonly #onGone: (connection: Connection) => void;
  #state: 'open' | 'silent' | 'cut' = 'open';
  #knownToClient = false;
  #isClosed = false;

  /** @param patience milliseconds of silence after which each side gives up, by its keepalive. */
  constructor(
    world: World,
    client: Life,
    server: Life,
    patience: { readonly client: number | undefined; readonly server: number | undefined },
    onGone: (connection: Connection) => void,
  ) {
    this.#world = world;
    this.client = client;
    this.server = server;
    this.#patience = { client: patience.client ?? SILENCE, server: patience.server ?? SILENCE };
    this.#onGone = onGone;
  }

  /** Whether messages still arrive. */
  get carries(): boolean {
    return this.#state === 'open';
  }

  /** Whether the client would send a new call through it: it does as long as it knows no better. */
  get isUsable(): boolean {
    return this.#state !== 'cut' && !this.#knownToClient;
  }

  /** Draws whether the arriving message meets a fault instead of its receiver. */
  suffersFault(): boolean {
    const { client, server } = this;
    const { cut, stall } = this.#world.faults;
    if (cut + stall === 0) return this.#state !== 'open';
    if (this.#world.draw('cut', client.name, `its connection to ${server.name} breaks`)) this.cut();
    else if (this.#world.draw('stall', client.name, `its connection to ${server.name} goes silent`)) this.stall();
    return this.#state !== 'open';
  }

  /** Breaks it: what is under way is lost, and both sides learn of it, each in its time. */
  cut(): void {
    if (this.#state === 'cut') return;
    const wasSilent = this.#state === 'silent';
    this.#state = 'cut';
    this.#onGone(this);
    this.#loseMessages();
    // Of a silent connection both will hear by their own patience.
    if (wasSilent) return;
    this.#world.enqueue({ life: this.client, label: this.#label(this.server), run: () => this.#tellClient() });
    this.#world.enqueue({ life: this.server, label: this.#label(this.client), run: () => this.#tellServer() });
  }

  /** The channel is closed: it goes when its last call has ended. */
  close(): void {
    this.#isClosed = true;
    if (this.calls.size === 0) this.#onGone(this);
  }

  /** Both sides are done with a call. */
  release(call: Call): void {
    this.calls.delete(call);
    if (this.#isClosed && this.calls.size === 0) this.#onGone(this);
  }

  /** Half-open: nothing arrives any more, and nobody is told. */
  stall(): void {
    if (this.#state !== 'open') return;
    this.#state = 'silent';
    this.#loseMessages();
    const { client, server } = this.#patience;
    const toClient = { life: this.client, label: this.#label(this.server), run: () => this.#tellClient() };
    const toServer = { life: this.server, label: this.#label(this.client), run: () => this.#tellServer() };
    this.#world.after(client, toClient);
    this.#world.after(server, toServer);
  }

  #loseMessages(): void {
    for (const call of this.calls) call.loseMessages();
  }

  #tellClient(): void {
    this.#knownToClient = true;
    for (const call of this.calls) call.client.lost();
  }

  #tellServer(): void {
    for (const call of this.calls) call.server.callerLeft();
  }

  #label(peer: Life): string {
    return `connection with ${peer.name} lost`;
  }
}
