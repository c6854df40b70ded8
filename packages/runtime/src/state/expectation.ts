import type { Change } from '@cosi-ts/core';
import { sameKind, type Kind, type Pointer, type Resource } from '@cosi-ts/resources';
import { StaleReadError } from './errors.ts';
import type { Kinds } from './kinds.ts';
import type { Query } from './query/query.ts';

/** Something that was read, and that a transaction relies on: one resource (undefined: there was none), or a list. */
export type Expectation =
  | { readonly pointer: Pointer; readonly resource: Resource | undefined }
  | { readonly kind: Kind; readonly query?: Query | undefined; readonly resources: readonly Resource[] };

/** The first expectation that does not hold any more. */
export function staleRead(kinds: Kinds, expectations: readonly Expectation[]): StaleReadError | undefined {
  for (const expectation of expectations) {
    if ('pointer' in expectation) {
      const { pointer, resource } = expectation;
      if (kinds.find(pointer)?.table.get(pointer.id) !== resource) return new StaleReadError(pointer);
    } else if (!isListed(kinds, expectation)) {
      return new StaleReadError({ ...expectation.kind, id: '' });
    }
  }
  return undefined;
}

function isListed(kinds: Kinds, { kind, query, resources }: Extract<Expectation, { readonly kind: Kind }>): boolean {
  const all = kinds.find(kind)?.table.list() ?? [];
  if (all === resources) return true;
  const now = query === undefined ? all : all.filter((resource) => query.matches(resource));
  return now.length === resources.length && now.every((resource, index) => resource === resources[index]);
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
