import type { Kind, Resource, Version } from '@cosi-ts/resources';
import { accept } from '../accept.ts';
import { markDestroyed } from '../kinds.ts';
import { MemoryState, partsOf, type MemoryStateOptions } from '../memory-state.ts';
import type { BackingStore } from './backing-store.ts';

export interface OpenStateOptions extends MemoryStateOptions {
  readonly store: BackingStore;
}

/** How many resources are put in place before the loop may turn. */
const AT_ONCE = 1000;

/**
 * Opens a state with a store behind it. What the store has is there from the beginning and is no event: watches begin
 * with what is written later.
 *
 * @throws what the store's load rejects with, or InvalidResourceError for what it should never have kept. Nothing is
 * left of a load that fails: the store may be asked again.
 */
export async function openState(options: OpenStateOptions): Promise<MemoryState> {
  const { store, pace } = options;
  const loaded: { readonly resource: Resource; readonly position: number }[] = [];
  const marks: { readonly kind: Kind; readonly version: Version }[] = [];
  const { position, identity } = await store.load({
    resource: (resource, at = loaded.length + 1) => void loaded.push({ resource, position: at }),
    destroyedMark: (kind, version) => void marks.push({ kind, version }),
  });
  const parts = partsOf(options, identity, store);
  for (const { kind, version } of marks) markDestroyed(parts.kinds.of(kind), version);
  loaded.sort((a, b) => a.position - b.position);
  for (const [index, { resource, position: at }] of loaded.entries()) {
    const kind = parts.kinds.of(resource.metadata);
    const refusal = accept(kind, resource, undefined);
    if (refusal !== undefined) throw refusal;
    kind.table.seed(resource.metadata.id, resource, at);
    if (index % AT_ONCE === AT_ONCE - 1) await pace?.yield();
  }
  parts.changelog.restore(Math.max(position, loaded.at(-1)?.position ?? 0));
  return new MemoryState(options, parts);
}
