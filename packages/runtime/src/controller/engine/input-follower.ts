import type { Cause, ChangesCursor, Changed } from '@cosi-ts/core';
import { kindKey, type Resource } from '@cosi-ts/resources';
import { UnsupportedError } from '../../state/errors.ts';
import type { State } from '../../state/state.ts';
import type { PortDeclaration } from '../ports.ts';

/** A change of an input that its controller wants to hear of. */
export interface InputChange {
  readonly port: string;
  readonly id: string;
  readonly resource: Resource | undefined;
  readonly last: Resource | undefined;
  readonly cause: Cause;
}

/** How many changed keys one pull takes: between two pulls the loop may turn. */
const PULL = 1000;

/** Which ids a port follows; undefined: all. */
export type Aim = Pick<ReadonlySet<string>, 'has' | 'size'> | undefined;

/**
 * Follows what one port is aimed at, through a `changes()` cursor: it cannot be overrun. Where there is nothing to
 * follow there is no cursor.
 */
export class InputFollower {
  readonly port: string;
  readonly declaration: PortDeclaration;
  readonly label: string;
  readonly #state: State;
  readonly #table: string;
  readonly #destroyReadyOnly: boolean;
  readonly #ready: () => void;
  #aim: Aim;
  #cursor: ChangesCursor<Resource> | undefined;
  #isAwaited = false;
  #isClosed = false;
  /** Ids that are there, as far as this input was told: a re-list is compared with them. */
  readonly #known = new Set<string>();
  /** During a re-list, the ids of before that were not listed yet. */
  #missing: Set<string> | undefined;
  #isListedAnew = false;
  /** Who wants to hear of the teardown of a resource, by its id. */
  readonly #watched = new Map<string, Set<() => void>>();

  /** @param ready called when there is something to pull, once after each {@link InputFollower.arm} */
  constructor(port: string, declaration: PortDeclaration, state: State, aim: Aim, ready: () => void) {
    const { type } = declaration;
    if (state.changes === undefined) throw new UnsupportedError('a controller runtime needs a state with changes()');
    this.port = port;
    this.declaration = declaration;
    this.label = `${type.type}(${type.namespace}/)`;
    this.#state = state;
    this.#table = kindKey(type);
    this.#destroyReadyOnly =
      declaration.direction === 'output' ||
      declaration.kind === 'destroyReady' ||
      declaration.kind === 'mappedDestroyReady';
    this.#ready = ready;
    this.#aim = aim;
    this.#openOrClose(false);
  }

  get isReady(): boolean {
    return this.#cursor?.isReady ?? false;
  }

  /** Asks to be told when there is something to pull. Asking again meanwhile changes nothing. */
  arm(): void {
    if (this.#isAwaited || this.#cursor === undefined) return;
    this.#isAwaited = true;
    this.#cursor.onReady(this.#woken);
  }

  /** Most of what is told of outputs is what their controller wrote itself: that wakes nobody. */
  readonly #woken = (): void => {
    this.#isAwaited = false;
    if (this.#missing === undefined && this.#cursor?.skip(this.#isDull, PULL) === true) this.arm();
    else this.#ready();
  };

  /** Follows other ids from now on. @param again whether those that exist are told */
  aim(aim: Aim, again: boolean): void {
    this.#aim = aim;
    this.#openOrClose(again);
    this.arm();
  }

  /** To be called when what it is aimed at has changed: from now on that is followed. */
  aimChanged(): void {
    this.#openOrClose(false);
    this.arm();
  }

  /**
   * Calls `fire` once the resource is tearing down or gone.
   * @returns lets go of it
   */
  watchTeardown(id: string, fire: () => void): () => void {
    const watchers = this.#watched.get(id) ?? new Set();
    this.#watched.set(id, watchers.add(fire));
    this.#openOrClose(false);
    this.arm();
    return () => {
      watchers.delete(fire);
      if (watchers.size > 0 || this.#watched.get(id) !== watchers) return;
      this.#watched.delete(id);
      this.#openOrClose(false);
    };
  }

  /** The next changes; empty if there are none that anybody wants to hear of. */
  pull(): readonly InputChange[] {
    const batch = this.#cursor?.pull(PULL);
    if (batch === undefined) return [];
    if (batch.reset) {
      this.#missing = new Set(this.#known);
      this.#isListedAnew = true;
    }
    const changes: InputChange[] = [];
    const { changed } = batch;
    for (let index = 0; index < changed.length; index += 1) this.#take(changed[index] as Changed<Resource>, changes);
    if (batch.complete && this.#missing !== undefined) {
      const missing = this.#missing;
      this.#missing = undefined;
      for (const key of missing) this.#take({ key, value: undefined, position: batch.position }, changes);
    }
    return changes;
  }

  /** Whether it had to list anew since this was asked last. */
  takeListedAnew(): boolean {
    const isListedAnew = this.#isListedAnew;
    this.#isListedAnew = false;
    return isListedAnew;
  }

  close(): void {
    this.#isClosed = true;
    this.#watched.clear();
    this.#cursor?.close();
  }

  #openOrClose(reopen: boolean): void {
    if (this.#isClosed) return;
    const isWanted = this.#aim === undefined || this.#aim.size > 0 || this.#watched.size > 0;
    if (isWanted && this.#cursor !== undefined && !reopen) return;
    const old = this.#cursor;
    // A cursor from the beginning on lists what there is; what is not listed any more is gone.
    this.#missing = isWanted ? new Set(this.#known) : undefined;
    this.#cursor = isWanted ? this.#state.changes?.(this.declaration.type) : undefined;
    this.#isAwaited = false;
    old?.close();
  }

  #take(changed: Changed<Resource>, changes: InputChange[]): void {
    const { key, value, last, position } = changed;
    this.#missing?.delete(key);
    if (this.#watched.size > 0 && isGoing(value)) this.#fire(key);
    this.#know(key, value);
    if (this.#concerns(key, value)) {
      changes.push({ port: this.port, id: key, resource: value, last, cause: { table: this.#table, key, position } });
    }
  }

  #fire(id: string): void {
    const watchers = this.#watched.get(id);
    this.#watched.delete(id);
    for (const fire of watchers ?? []) fire();
  }

  /** What is passed over is known to be there; what is gone is never passed over. */
  readonly #isDull = (key: string, value: Resource | undefined): boolean => {
    const isTold = (this.#watched.size > 0 && isGoing(value)) || this.#concerns(key, value);
    if (!isTold) this.#know(key, value);
    return !isTold;
  };

  #know(key: string, value: Resource | undefined): void {
    if (value !== undefined && this.#isAimedAt(key)) this.#known.add(key);
    else this.#known.delete(key);
  }

  #isAimedAt(key: string): boolean {
    return this.#aim === undefined || this.#aim.has(key);
  }

  #concerns(key: string, value: Resource | undefined): boolean {
    if (!this.#isAimedAt(key)) return false;
    return !this.#destroyReadyOnly || value === undefined || isDestroyReady(value);
  }
}

function isGoing(resource: Resource | undefined): boolean {
  return resource === undefined || resource.metadata.phase === 'tearingDown';
}

function isDestroyReady({ metadata: { phase, finalizers } }: Resource): boolean {
  return phase === 'tearingDown' && finalizers.length === 0;
}
