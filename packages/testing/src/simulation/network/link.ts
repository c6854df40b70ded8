import type { Action, Life, SimTimer, World } from '../world.ts';
import type { Connection } from './connection.ts';

/** Milliseconds that a message may take; mostly none. */
const DELAYS = [0, 1, 20, 300, 3_000];

interface Message {
  readonly label: string;
  readonly deliver: () => void;
  /** When it may arrive: messages are under way at the same time, and none overtakes another. */
  readonly due: number;
}

/** One direction of one call. Its messages arrive in the order in which they were sent, or never. */
export class Link {
  readonly #world: World;
  readonly #connection: Connection;
  readonly #receiver: Life;
  #queue: Message[] = [];
  #arriving: Action | SimTimer | undefined;

  constructor(world: World, connection: Connection, receiver: Life) {
    this.#world = world;
    this.#connection = connection;
    this.#receiver = receiver;
  }

  /** Sends a message: its arrival becomes possible once those before it have arrived. */
  send(label: string, deliver: () => void): void {
    if (!this.#connection.carries) return;
    const { tape, faults, now } = this.#world;
    const delay = DELAYS[tape.choose('delay', DELAYS.length, faults.delay)] ?? 0;
    this.#queue.push({ label, deliver, due: now + delay });
    if (this.#arriving === undefined) this.#schedule();
  }

  /** What is under way never arrives. */
  cut(): void {
    this.#queue = [];
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (arriving === undefined) return;
    if ('due' in arriving) this.#world.cancel(arriving);
    else this.#world.withdraw(arriving);
  }

  #schedule(): void {
    const [head] = this.#queue;
    if (head === undefined) return;
    const world = this.#world;
    const action: Action = { life: this.#receiver, label: head.label, run: () => this.#arrive() };
    if (head.due > world.now) {
      this.#arriving = world.after(head.due - world.now, action);
    } else {
      this.#arriving = action;
      world.enqueue(action);
    }
  }

  #arrive(): void {
    this.#arriving = undefined;
    const message = this.#queue.shift();
    if (this.#connection.suffersFault()) return;
    message?.deliver();
    if (this.#arriving === undefined) this.#schedule();
  }
}
