import type { Timers } from '@cosi-ts/core';
import { kindKey, type Kind, type Pointer, type Resource } from '@cosi-ts/resources';
import { findIn } from '../derived/find-in.ts';
import { NotFoundError } from '../errors.ts';
import type { BasicState, ListOptions, ReadOptions } from '../state.ts';
import type { CachedKind } from './cached-kind.ts';
import { isShown, type OwnWrites, type Written } from './own-writes.ts';

export interface CachedViewOptions {
  readonly state: BasicState;
  /** By `kindKey`. */
  readonly kinds: ReadonlyMap<string, CachedKind>;
  /** Of whoever reads and writes through the view. */
  readonly own: OwnWrites;
  readonly timers: Timers;
  /** Ends waits: the state itself is asked then. */
  readonly signal: AbortSignal;
}

/** Milliseconds that a copy is given to show what was written, before the state itself is asked. */
const PATIENCE = 1000;

/** So many writes that nobody read back are looked through for those that need not be remembered. */
const MANY = 64;

/**
 * A state as one reader and writer sees it. Some kinds are read from copies at hand. These may be old, but what is read is
 * never older than what was written through the view, whether that was answered or not. All else goes to the state.
 */
export class CachedView implements BasicState {
  readonly #options: CachedViewOptions;

  constructor(options: CachedViewOptions) {
    this.#options = options;
  }

  isCached(kind: Kind): boolean {
    return this.#options.kinds.has(kindKey(kind));
  }

  async get(pointer: Pointer, options?: ReadOptions): Promise<Resource> {
    if (!this.isCached(pointer)) return this.#options.state.get(pointer, options);
    const found = await this.find(pointer);
    if (found === undefined) throw new NotFoundError(pointer);
    return found;
  }

  async find(pointer: Pointer): Promise<Resource | undefined> {
    const kind = this.#kind(pointer);
    if (kind === undefined) return findIn(this.#options.state, pointer);
    await kind.caughtUp;
    const isUnsure = this.#options.own.of(pointer)?.what === 'unsure';
    return !isUnsure && (await this.#shows(kind, [pointer])) ? kind.find(pointer.id) : this.#ask(pointer);
  }

  async list(of: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const { state, own } = this.#options;
    const kind = this.#kind(of);
    if (kind === undefined) return state.list(of, options);
    await kind.caughtUp;
    const { namespace, type } = of;
    const waiting = own.waiting(of).map((id) => ({ namespace, type, id }));
    return (await this.#shows(kind, waiting)) ? kind.list(options?.query) : state.list(of, options);
  }

  create: BasicState['create'] = (resource, options) =>
    this.#noted(resource.metadata, this.#options.state.create(resource, options), versionOf);

  update: BasicState['update'] = (resource, options) =>
    this.#noted(resource.metadata, this.#options.state.update(resource, options), versionOf);

  destroy: BasicState['destroy'] = (pointer, options) =>
    this.#noted(pointer, this.#options.state.destroy(pointer, options), () => ({ what: 'gone' }));

  teardown: BasicState['teardown'] = (pointer, options) =>
    this.#noted(pointer, this.#options.state.teardown(pointer, options), () => ({ what: 'tearingDown' }));

  #kind(kind: Kind): CachedKind | undefined {
    return this.#options.kinds.get(kindKey(kind));
  }

  async #noted<T>(pointer: Pointer, write: Promise<T>, written: (answer: T) => Written): Promise<T> {
    const kind = this.#kind(pointer);
    if (kind === undefined) return write;
    try {
      const answer = await write;
      this.#note(kind, pointer, written(answer));
      return answer;
    } catch (thrown) {
      // It may have happened all the same; or what it was decided on was old, and would be so again.
      this.#note(kind, pointer, { what: 'unsure' });
      throw thrown;
    }
  }

  #note(kind: CachedKind, pointer: Pointer, written: Written): void {
    const { own } = this.#options;
    if (own.note(pointer, written) < MANY) {
      this.#isShown(kind, pointer);
      return;
    }
    for (const id of own.waiting(pointer)) this.#isShown(kind, { ...pointer, id });
  }

  /** Asks the state itself: older than that the view may not be from now on. */
  async #ask(pointer: Pointer): Promise<Resource | undefined> {
    const found = await findIn(this.#options.state, pointer);
    this.#options.own.note(pointer, found === undefined ? { what: 'gone' } : versionOf(found));
    return found;
  }

  /** Waits a while for the copy to show what was written. @returns whether it does */
  async #shows(kind: CachedKind, pointers: readonly Pointer[]): Promise<boolean> {
    const { own, timers, signal } = this.#options;
    for (let isPatient = true; ;) {
      const hidden = pointers.filter((pointer) => !this.#isShown(kind, pointer));
      if (hidden.length === 0) return true;
      const asked = isPatient ? hidden.filter((pointer) => own.of(pointer)?.what === 'unsure') : hidden;
      for (const pointer of asked) await this.#ask(pointer);
      if (!isPatient || signal.aborted) return false;
      if (asked.length === 0) isPatient = await changedWithin(kind, PATIENCE, timers, signal);
    }
  }

  #isShown(kind: CachedKind, pointer: Pointer): boolean {
    const { own } = this.#options;
    const written = own.of(pointer);
    if (written === undefined) return true;
    if (!isShown(written, kind.find(pointer.id), kind.last(pointer.id))) return false;
    own.shown(pointer);
    return true;
  }
}

function versionOf({ metadata: { version } }: Resource): Written {
  return { what: 'version', version };
}

/** @returns false if that took too long, or `signal` ended the wait */
function changedWithin(kind: CachedKind, millis: number, timers: Timers, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (hasChanged: boolean): void => {
      timer.cancel();
      forget();
      signal.removeEventListener('abort', stop);
      resolve(hasChanged);
    };
    const stop = (): void => end(false);
    const timer = timers.after(millis, stop);
    const forget = kind.onChange(() => end(true));
    signal.addEventListener('abort', stop, { once: true });
  });
}
