import type { Host, Owner } from '@cosi-ts/core';
import { kindKey, type Kind } from '@cosi-ts/resources';
import type { State } from '../state.ts';
import { CachedKind } from './cached-kind.ts';
import { CachedView } from './cached-view.ts';
import { OwnWrites } from './own-writes.ts';

export interface ReadCacheOptions {
  readonly state: State;
  readonly host: Pick<Host, 'pace' | 'timers'>;
  /** The copies are kept up to date until it ends. */
  readonly owner: Owner;
}

/** Some kinds of a state that is elsewhere, kept at hand for those who read them often. */
export class ReadCache {
  readonly #options: ReadCacheOptions;
  readonly #kinds = new Map<string, CachedKind>();

  constructor(kinds: readonly Kind[], options: ReadCacheOptions) {
    this.#options = options;
    const { state, host, owner } = options;
    for (const kind of kinds) {
      const [copy, cursor] = [state.copy?.(kind), state.changes?.(kind)];
      if (copy === undefined || cursor === undefined) continue;
      this.#kinds.set(kindKey(kind), new CachedKind(kind, copy, cursor, { owner, pace: host.pace }));
    }
  }

  /** For each type how many resources are at hand. */
  sizes(): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>();
    for (const { kind, size } of this.#kinds.values()) sizes.set(kind.type, (sizes.get(kind.type) ?? 0) + size);
    return sizes;
  }

  /** The state as one reader and writer sees it. @param own what that one wrote, perhaps through earlier views */
  view(own: OwnWrites, { timers, signal }: { timers: Host['timers']; signal: AbortSignal }): CachedView {
    return new CachedView({ state: this.#options.state, kinds: this.#kinds, own, timers, signal });
  }

  /**
   * The whole state with its reads from what is at hand. Who writes through it and is refused since it is old, finds what
   * is new when he reads again.
   */
  state(): State {
    const { state, host, owner } = this.#options;
    const view = this.view(new OwnWrites(), { timers: host.timers, signal: owner.signal });
    return {
      get: (pointer, options) => view.get(pointer, options),
      find: (pointer) => view.find(pointer),
      list: (kind, options) => view.list(kind, options),
      create: view.create,
      update: view.update,
      destroy: view.destroy,
      teardown: view.teardown,
      watch: (pointer, options) => state.watch(pointer, options),
      watchKind: (kind, options) => state.watchKind(kind, options),
      ...(state.changes && { changes: state.changes.bind(state) }),
    };
  }
}
