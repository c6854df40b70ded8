/**
 * What came of opening sealed bytes. Anyone may write anything to the service, so a failure is no exception:
 *
 * - `undecryptable`: not sealed under this key, or damaged
 * - `malformed`: opened, but not the message that should be inside
 */
export type Opened<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: 'undecryptable' | 'malformed'; readonly reason: string };

export function undecryptable(reason: string): Opened<never> {
  return { ok: false, failure: 'undecryptable', reason };
}
