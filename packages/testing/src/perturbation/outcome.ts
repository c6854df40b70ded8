import { isDeepStrictEqual } from 'node:util';
import { pointerText, type Resource, type ResourceType } from '@cosi-ts/resources';
import type { State } from '@cosi-ts/runtime';

/** What a run came to: every resource as the scenario observes it, and how often each was created and destroyed. */
export interface RunOutcome {
  readonly end: ReadonlyMap<string, unknown>;
  readonly lives: ReadonlyMap<string, { readonly created: number; readonly destroyed: number }>;
}

/** Everything but what may differ between two runs that mean the same: versions and times. */
export function observeResource({ metadata, spec }: Resource): object {
  const { owner, phase, finalizers, labels, annotations } = metadata;
  return {
    owner,
    phase,
    finalizers: [...finalizers].toSorted(),
    labels: [...labels],
    annotations: [...annotations],
    spec,
  };
}

/** The present contents of some kinds. */
export async function contentsOf(
  state: State,
  types: readonly ResourceType[],
  observe: (resource: Resource) => unknown,
): Promise<ReadonlyMap<string, unknown>> {
  const contents = new Map<string, unknown>();
  for (const type of types) {
    for (const resource of await state.list(type)) {
      const seen = observe(resource);
      if (seen !== undefined) contents.set(pointerText(resource.metadata), seen);
    }
  }
  return contents;
}

/** How `actual` differs from `expected`, in lines; empty if it does not. */
export function differences(expected: RunOutcome, actual: RunOutcome, compareLives: boolean): readonly string[] {
  const lines: string[] = [];
  for (const key of new Set([...expected.end.keys(), ...actual.end.keys()])) {
    const [before, after] = [expected.end.get(key), actual.end.get(key)];
    if (isDeepStrictEqual(before, after)) continue;
    lines.push(...differencesOf(key, before, after));
  }
  if (!compareLives) return lines;
  for (const key of new Set([...expected.lives.keys(), ...actual.lives.keys()])) {
    const before = expected.lives.get(key) ?? NEVER;
    const after = actual.lives.get(key) ?? NEVER;
    if (before.created === after.created && before.destroyed === after.destroyed) continue;
    lines.push(
      `${key} was created ${after.created} and destroyed ${after.destroyed} times, ` +
        `undisturbed ${before.created} and ${before.destroyed} times`,
    );
  }
  return lines;
}

const NEVER = { created: 0, destroyed: 0 };

/** By field where both are there: what is the same tells nothing. */
function differencesOf(key: string, before: unknown, after: unknown, path = ''): readonly string[] {
  if (isPlain(before) && isPlain(after)) {
    const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changed = [...fields].filter((field) => !isDeepStrictEqual(before[field], after[field]));
    return changed.flatMap((field) => differencesOf(key, before[field], after[field], `${path} ${field}`));
  }
  const of = path === '' ? '' : `:${path}`;
  return [`${key}${of} is ${show(after)}, undisturbed it is ${show(before)}`];
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  return isPlain(value) && 'spec' in value ? JSON.stringify(value['spec']) : JSON.stringify(value);
}
