import type { State } from '../../state/state.ts';
import type { Controller } from '../controller.ts';
import type { Aims } from './aims.ts';
import { InputFollower, type InputChange } from './input-follower.ts';

/**
 * Everything that one run of a controller follows: its inputs where they are aimed at, and of its outputs those
 * that it waits to be rid of.
 */
export class Inputs {
  readonly #aims: Aims;
  readonly #state: State;
  readonly #followers = new Map<string, InputFollower>();
  readonly #line: readonly InputFollower[];
  /** Who is asked next. */
  #turn = 0;
  /** By output and id, the key to wake when it can be destroyed. */
  readonly #removals = new Map<string, Map<string, string>>();

  /** @param ready called when there may be something to pull */
  constructor(controller: Controller, state: State, aims: Aims, ready: () => void) {
    this.#aims = aims;
    this.#state = state;
    for (const [port, declaration] of Object.entries(controller.ports)) {
      const removals = new Map<string, string>();
      if (declaration.direction === 'output') this.#removals.set(port, removals);
      const aim = declaration.direction === 'input' ? aims.of(port) : removals;
      this.#followers.set(port, new InputFollower(port, declaration, state, aim, ready));
    }
    this.#line = [...this.#followers.values()];
  }

  /** Resolves when there is to be pulled what there was at the beginning. */
  async caughtUp(): Promise<void> {
    for (const { declaration } of this.#followers.values()) {
      if (declaration.direction === 'input') await this.#state.caughtUp?.(declaration.type);
    }
  }

  /** One that has something to pull: each in its turn, so that none waits for another to run dry. */
  next(): InputFollower | undefined {
    const { length } = this.#line;
    for (let step = 0; step < length; step += 1) {
      const follower = this.#line[this.#turn] as InputFollower;
      this.#turn = this.#turn + 1 === length ? 0 : this.#turn + 1;
      if (follower.isReady) return follower;
    }
    return undefined;
  }

  /** Asks to be told when there is something to pull. */
  arm(): void {
    for (let index = 0; index < this.#line.length; index += 1) this.#line[index]?.arm();
  }

  /** The key that a change of an output wakes; undefined if the change is one of an input. */
  removalOf({ port, id }: InputChange): string | undefined {
    const removals = this.#removals.get(port);
    if (removals === undefined || removals.size === 0) return undefined;
    const key = removals.get(id);
    if (removals.delete(id)) this.#follower(port).aimChanged();
    return key;
  }

  isAimedAt(port: string, id: string): boolean {
    const aim = this.#aims.of(port);
    return aim === undefined || aim.has(id);
  }

  isAimedAtAll(port: string): boolean {
    return this.#aims.of(port) === undefined;
  }

  aim(port: string, ids: readonly string[] | undefined): void {
    const change = this.#aims.set(port, ids);
    if (change !== 'none') this.#follower(port).aim(this.#aims.of(port), change === 'wider');
  }

  /** Wakes `key` when the output is destroyed or can be, from now on: who asks has to look once more. */
  awaitRemoval(port: string, id: string, key: string): void {
    this.#removals.get(port)?.set(id, key);
    this.#follower(port).aimChanged();
  }

  /** @returns lets go of it */
  watchTeardown(port: string, id: string, fire: () => void): () => void {
    return this.#follower(port).watchTeardown(id, fire);
  }

  close(): void {
    for (const follower of this.#followers.values()) follower.close();
  }

  #follower(port: string): InputFollower {
    const follower = this.#followers.get(port);
    if (follower === undefined) throw new RangeError(`no port "${port}"`);
    return follower;
  }
}
