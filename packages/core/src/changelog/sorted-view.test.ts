import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Thread, type Entry } from './entry.ts';
import { SortedView, type Listing } from './sorted-view.ts';

/** A table's part of it: values by key, told to the view as a table tells them. */
class Values {
  readonly #thread = new Thread<number>();
  readonly view = new SortedView<number>(this.#thread, 3);
  readonly #entries = new Map<string, Entry<number>>();
  readonly #size = { now: 0 };
  /** What was there, by position. */
  readonly history: string[] = [''];

  get position(): number {
    return this.history.length - 1;
  }

  put(key: string, value: number | undefined): void {
    let entry = this.#entries.get(key);
    if (entry?.value === undefined && value === undefined) return;
    if (entry === undefined) {
      entry = {
        key,
        value: undefined,
        last: undefined,
        position: 0,
        origin: undefined,
        older: undefined,
        newer: undefined,
      };
      this.#entries.set(key, entry);
    }
    if (entry.value === undefined) this.view.onCome(entry);
    else if (value === undefined) this.view.onGo(entry, this.#size.now);
    else this.view.onChange(entry);
    this.#size.now += Number(value !== undefined) - Number(entry.value !== undefined);
    entry.value = value;
    entry.position = this.history.length;
    this.#thread.moveToNewest(entry);
    this.history.push(this.#text());
  }

  /** A tombstone that nobody needs any more: the key's next value has an entry of its own. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.value !== undefined) return;
    this.#entries.delete(key);
    this.#thread.remove(entry);
  }

  #text(): string {
    const living = [...this.#entries.values()].filter(({ value }) => value !== undefined);
    const bytes = ({ key }: Entry<number>): Buffer => Buffer.from(key);
    return String(living.sort((a, b) => Buffer.compare(bytes(a), bytes(b))).map(({ value }) => value));
  }
}

const double = (value: number): number => 2 * value;
const KEYS = Array.from('abcdefghijklmnopqrst');
const key = fc.oneof(fc.constantFrom(...KEYS), fc.constantFrom('\u{1f600}', '\uffee', 'a\u{1f600}', 'a\uffee'));

type Step =
  | { readonly do: 'put'; readonly key: string; readonly value: number | undefined }
  | { readonly do: 'forget'; readonly key: string }
  | { readonly do: 'list' | 'listPaced' | 'turn' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.option(fc.nat(99), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('list' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('listPaced' as const, 'turn' as const) }) },
);

describe('a sorted view', () => {
  test.prop([fc.array(step, { maxLength: 150 })])(
    'lists each time what there was at one moment of the call, by the bytes of the keys',
    async (steps) => {
      const values = new Values();
      const { view } = values;
      for (const [index, each] of KEYS.entries()) values.put(each, index);
      const turns: (() => void)[] = [];
      const pace = { yield: () => new Promise<void>((resolve) => void turns.push(resolve)) };
      const running: Promise<void>[] = [];
      const check = (listing: Listing<number>, since: number): void => {
        expect(listing.position).toBeGreaterThanOrEqual(since);
        expect(String(listing.values)).toBe(values.history[listing.position]);
        listing.column ??= { pick: double, parts: listing.values.map(double) };
        expect(listing.column.parts).toEqual(listing.values.map(double));
      };
      for (const one of steps) {
        const now = values.position;
        if (one.do === 'put') values.put(one.key, one.value);
        else if (one.do === 'forget') values.forget(one.key);
        else if (one.do === 'list') {
          const listing = view.list(now);
          expect(listing.position).toBe(now);
          check(listing, now);
        } else if (one.do === 'listPaced') {
          const listing = view.listPaced(() => values.position, pace);
          running.push(Promise.resolve(listing).then((listed) => check(listed, now)));
        } else turns.shift()?.();
        await Promise.resolve();
        await Promise.resolve();
      }
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
        turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(running);
      check(view.list(values.position), values.position);
    },
  );
});
