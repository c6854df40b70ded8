import type { State } from '@cosi-ts/runtime';
import { casesOf, type ConformanceCase, type KnownGaps } from '../case.ts';
import { BOOKMARK_RULES } from './bookmarks.ts';
import { QUERY_RULES } from './queries.ts';
import { RESOURCE_RULES } from './resources.ts';
import { tryOn, type StateSubject } from './subject.ts';
import { WAITING_RULES } from './waiting.ts';
import { WATCH_RULES } from './watches.ts';

/**
 * What every backend of a state must do: the cases of the COSI runtime's own conformance suite (the word before the
 * colon is its name there), each on an empty state of its own. The rules use the type `os/path`, which need not be
 * declared.
 *
 * ```ts
 * const cases = stateConformance(async (body) => body(new MemoryState(options)));
 * test.each(cases)('$name', ({ run }) => run());
 * ```
 *
 * {@link COSI_CASES} lists the cases of the original; `state-conformance.test.ts` holds that each is among the rules.
 *
 * @param withState makes an empty state, runs the body on it, and clears it away.
 * @param options.knownGaps rules that the backend breaks; their cases fail once they hold.
 */
export function stateConformance(
  withState: (body: (state: State) => Promise<void>) => Promise<void>,
  options: { readonly knownGaps?: KnownGaps } = {},
): readonly ConformanceCase[] {
  return casesOf(STATE_RULES, (rule) => withState((state) => tryOn(state, rule)), options.knownGaps);
}

/**
 * The cases of the COSI runtime's suite (there each is called `Test…`), in its order. A rule's name begins with the case
 * that it is of; some cases are several rules. All of a case's assertions are made, and more where a rule says more. What
 * differs: each rule has a state of its own; a watch is always pulled in batches, so that "aggregated" means that these
 * are looked at; a wait ends with the event that comes behind it, not with a time; what a backend does not support is a
 * known gap.
 */
export const COSI_CASES = [
  'CRD',
  'UpdateWithConflicts',
  'CRDWithOwners',
  'WatchKind',
  'WatchKindAggregated',
  'WatchKindWithTailEvents',
  'WatchKindAggregatedWithTailEvents',
  'WatchKindWithLabels',
  'WatchKindAggregatedWithLabels',
  'ConcurrentFinalizers',
  'WatchFor',
  'Watch',
  'WatchWithTailEvents',
  'WatchWithBookmarks',
  'WatchKindWithBookmarks',
  'ParallelDestroy',
  'TeardownDestroy',
  'Update',
  'Labels',
  'IDQuery',
  'ContextWithTeardown',
  'TeardownAndDestroy',
  'Modify',
  'ModifyWithOwner',
] as const;

const STATE_RULES: Readonly<Record<string, (subject: StateSubject) => Promise<void>>> = {
  ...RESOURCE_RULES,
  ...QUERY_RULES,
  ...WATCH_RULES,
  ...BOOKMARK_RULES,
  ...WAITING_RULES,
};
