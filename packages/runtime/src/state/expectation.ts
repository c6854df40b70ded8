import type { Change, Table } from '@cosi-ts/core';
import { sameKind, type Kind, type Pointer, type Resource } from '@cosi-ts/resources';
import { InvalidQueryError, StaleReadError } from './errors.ts';
import type { Kinds } from './kinds.ts';
import type { Query } from './query/query.ts';

/** Something that was read, and that a transaction relies on: one resource (undefined: there was none), or a list. */
export type Expectation = { readonly pointer: Pointer; readonly resource: Resource | undefined } | ExpectedList;

export interface ExpectedList {
  readonly kind: Kind;
  readonly query?: Query | undefined;
  readonly resources: readonly Resource[];
  /**
   * A position of the state before the list was asked for: with it, only what changed since is looked at. Without it all
   * is listed again.
   */
  readonly since?: number | undefined;
}

/** Characters times atoms of a pattern that may be asked while everybody waits: some 20 ms at worst. */
const AT_ONCE = 400_000;

interface Budget {
  left: number;
}

/**
 * The first expectation that does not hold any more, or would take too long to look at.
 *
 * @throws InvalidQueryError if a whole list would take too long.
 */
export function staleRead(kinds: Kinds, expectations: readonly Expectation[]): StaleReadError | undefined {
  const budget: Budget = { left: AT_ONCE };
  for (const expectation of expectations) {
    if ('pointer' in expectation) {
      const { pointer, resource } = expectation;
      if (kinds.find(pointer)?.table.get(pointer.id) !== resource) return new StaleReadError(pointer);
    } else if (!isListed(kinds, expectation, budget)) {
      return new StaleReadError({ ...expectation.kind, id: '' });
    }
  }
  return undefined;
}

/** Whether a list would give the same resources again. @throws InvalidQueryError */
function isListed(kinds: Kinds, expectation: ExpectedList, budget: Budget): boolean {
  const { kind, resources, since } = expectation;
  const table = kinds.find(kind)?.table;
  if (table === undefined) return resources.length === 0;
  if (since === undefined) return isListedWhole(table, expectation);
  if (table.position <= since) return true;
  if (!resources.every((resource) => table.get(resource.metadata.id) === resource)) return false;
  return !hasMore(table, expectation, since, budget);
}

/** Whether something that changed meanwhile belongs to a list that does not have it. What takes long to say may. */
function hasMore(table: Table<Resource>, { query, resources }: ExpectedList, since: number, budget: Budget): boolean {
  let listed: ReadonlySet<string> | undefined;
  for (let entry = table.newest; entry !== undefined && entry.position > since; entry = entry.older) {
    const { key, value } = entry;
    if (value === undefined) continue;
    listed ??= new Set(resources.map(({ metadata }) => metadata.id));
    if (listed.has(key)) continue;
    budget.left -= costOf(query, key);
    if (budget.left < 0 || (query?.matches(value) ?? true)) return true;
  }
  return false;
}

function isListedWhole(table: Table<Resource>, { query, resources }: ExpectedList): boolean {
  const all = table.list();
  if (all === resources) return true;
  let cost = 0;
  for (const { metadata } of all) cost += costOf(query, metadata.id);
  if (cost > AT_ONCE) {
    throw new InvalidQueryError(`the pattern is too large to ask ${all.length} resources at once whether it holds`);
  }
  const now = query === undefined ? all : all.filter((resource) => query.matches(resource));
  return now.length === resources.length && now.every((resource, index) => resource === resources[index]);
}

function costOf(query: Query | undefined, id: string): number {
  return (query?.costPerCharacter ?? 0) * id.length;
}

/** Whether a change, once it is seen, may break one of the expectations. */
export function mayBreak(expectations: readonly Expectation[], { key, before, after }: Change<Resource>): boolean {
  const changed = (after ?? before)?.metadata;
  if (changed === undefined) return false;
  return expectations.some((expectation) =>
    'pointer' in expectation
      ? expectation.pointer.id === key && sameKind(expectation.pointer, changed)
      : sameKind(expectation.kind, changed),
  );
}
