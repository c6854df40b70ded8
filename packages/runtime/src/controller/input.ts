import type { Cause, ChangesCursor, Changed } from '@cosi-ts/core';
import { kindKey, type Resource } from '@cosi-ts/resources';
import { UnsupportedError } from '../state/errors.ts';
import type { State } from '../state/state.ts';
import type { PortDeclaration } from './ports.ts';

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

/** Follows what one port declares, through a `changes()` cursor: it cannot be overrun. */
export class InputFollower {
  readonly port: string;
  readonly label: string;
  readonly #declaration: PortDeclaration;
  readonly #cursor: ChangesCursor<Resource>;
  readonly #table: string;
  /** Ids that are there, as far as this input was told: a re-list is compared with them. */
  readonly #known = new Set<string>();
  /** During a re-list, the ids of before that were not listed yet. */
  #missing: Set<string> | undefined;
  #isAwaited = false;

  constructor(port: string, declaration: PortDeclaration, state: State) {
    const cursor = state.changes?.(declaration.type);
    if (cursor === undefined) throw new UnsupportedError('a controller runtime needs a state with changes()');
    this.port = port;
    this.label = `${declaration.type.type}(${declaration.type.namespace}/)`;
    this.#declaration = declaration;
    this.#cursor = cursor;
    this.#table = kindKey(declaration.type);
  }

  get isReady(): boolean {
    return this.#cursor.isReady;
  }

  /** Calls `ready` once, when there is something to pull. Asking again meanwhile changes nothing. */
  onReady(ready: () => void): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#cursor.onReady(() => {
      this.#isAwaited = false;
      ready();
    });
  }

  /** The next changes; undefined if there are none left. */
  pull(): readonly InputChange[] | undefined {
    const batch = this.#cursor.pull(PULL);
    if (batch === undefined) return undefined;
    if (batch.reset) this.#missing = new Set(this.#known);
    const changed = [...batch.changed];
    for (const { key } of changed) this.#missing?.delete(key);
    if (batch.complete && this.#missing !== undefined) {
      for (const key of this.#missing) changed.push({ key, value: undefined, position: batch.position });
      this.#missing = undefined;
    }
    const changes: InputChange[] = [];
    for (const one of changed) {
      if (one.value === undefined) this.#known.delete(one.key);
      else this.#known.add(one.key);
      if (this.#concerns(one)) changes.push(this.#toChange(one));
    }
    return changes;
  }

  close(): void {
    this.#cursor.close();
  }

  #toChange({ key, value, last, position }: Changed<Resource>): InputChange {
    return {
      port: this.port,
      id: key,
      resource: value,
      last,
      cause: { table: this.#table, key, position },
    };
  }

  #concerns({ key, value }: Changed<Resource>): boolean {
    const declaration = this.#declaration;
    if (declaration.direction === 'input' && declaration.id !== undefined && declaration.id !== key) return false;
    const destroyReadyOnly =
      declaration.direction === 'output' ||
      declaration.kind === 'destroyReady' ||
      declaration.kind === 'mappedDestroyReady';
    if (!destroyReadyOnly || value === undefined) return true;
    return value.metadata.phase === 'tearingDown' && value.metadata.finalizers.length === 0;
  }
}
