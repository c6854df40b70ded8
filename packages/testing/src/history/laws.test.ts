import { Bytes } from '@cosi-ts/core';
import { UNDEFINED_VERSION, tombstone, type Resource, type Version } from '@cosi-ts/resources';
import { InvalidBookmarkError, WatchOverrunError, compileQuery, type WatchEvent } from '@cosi-ts/runtime';
import { expect, test } from 'vitest';
import { Path, SPEC } from '../conformance/state/subject.ts';
import { eventDigest } from './digest.ts';
import type { Call, History, Operation, WatchRecord } from './history.ts';
import { watchContract } from './watch-contract.ts';

const at = (id: string, version: number, yaml = ''): Resource => {
  const { metadata } = Path.create(id, SPEC);
  return { metadata: { ...metadata, version: version as Version }, spec: { ...SPEC, yaml } };
};
const mark = (place: number): Bytes => Bytes.from([place]);
const done = (called: number, command: Call, value?: Resource | readonly Resource[]): Operation => {
  return { client: 'c', command, called, returned: called + 1, outcome: { kind: 'done', value } };
};
const create = (called: number, id: string, version = 1): Operation =>
  done(called, { do: 'create', resource: at(id, UNDEFINED_VERSION), owner: '' }, at(id, version));
const update = (called: number, id: string, version: number): Operation =>
  done(called, { do: 'update', resource: at(id, version - 1), owner: '', expectedPhase: 'any' }, at(id, version));
const destroy = (called: number, id: string): Operation =>
  done(called, { do: 'destroy', pointer: Path.pointer(id), owner: '' });
const get = (called: number, id: string, version: number): Operation =>
  done(called, { do: 'get', pointer: Path.pointer(id) }, at(id, version));
const list = (called: number, ...resources: Resource[]): Operation =>
  done(called, { do: 'list', kind: { namespace: Path.namespace, type: Path.type }, query: undefined }, resources);

const created = (id: string, version: number, place: number): WatchEvent => {
  return { type: 'created', resource: at(id, version), bookmark: mark(place) };
};
const updated = (id: string, version: number, place: number): WatchEvent => {
  return { type: 'updated', resource: at(id, version), old: at(id, version - 1), bookmark: mark(place) };
};
const errored: WatchEvent = { type: 'errored', error: new WatchOverrunError('overrun') };

/** A watch from `called` on, whose batches come at the moments given. */
function watch(
  called: number,
  batches: Readonly<Record<number, WatchEvent[]>>,
  more: Partial<WatchRecord> = {},
): WatchRecord {
  return {
    client: 'w',
    target: { namespace: Path.namespace, type: Path.type },
    query: undefined,
    bootstrapContents: false,
    bootstrapBookmark: false,
    tailEvents: 0,
    from: undefined,
    called,
    opened: called + 1,
    refusal: undefined,
    batches: Object.entries(batches).map(([moment, events]) => {
      return { at: Number(moment), events, digests: events.map(eventDigest) };
    }),
    closed: undefined,
    ended: undefined,
    caughtUp: [],
    ...more,
  };
}

const history = (operations: readonly Operation[], ...watches: readonly WatchRecord[]): History => ({
  operations,
  watches,
});
const A_THEN_B = [create(3, 'a'), create(5, 'b')];
const CHANGED = [create(2, 'a'), update(7, 'a', 2)];
/** Two creations in one commit. */
const BOTH = done(
  3,
  {
    do: 'transact',
    commands: ['a', 'b'].map((id) => ({ do: 'create', resource: at(id, UNDEFINED_VERSION) }) as const),
  },
  [at('a', 1), at('b', 1)],
);
const whole = { caughtUp: [90] };
const contents = { bootstrapContents: true };
const CAUGHT_UP = watch(1, { 10: [created('a', 1, 1), created('b', 1, 2)] }, whole);
const ONLY_A = compileQuery({ id: 'a' });
const content = (id: string): WatchEvent => ({ type: 'created', resource: at(id, 1) });
const bootstrapped = (place: number): WatchEvent => {
  return { type: 'bootstrapped', resource: tombstone({ ...Path.pointer('') }), bookmark: mark(place) };
};

/** A history that keeps every law, beside one that breaks this one, and what else cannot hold then. */
const LAWS: Readonly<Record<string, { readonly kept: History; readonly broken: History; readonly also?: string[] }>> = {
  W1: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1), created('b', 1, 2)] })),
    broken: history(A_THEN_B, watch(1, { 10: [created('b', 1, 1), created('a', 1, 2)] })),
  },
  W2: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1)], 11: [created('b', 1, 2)] })),
    broken: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1)], 11: [created('a', 1, 1), created('b', 1, 2)] })),
    also: ['W9'],
  },
  W3: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1), created('b', 1, 2)] }, whole)),
    broken: history(A_THEN_B, watch(1, { 10: [created('b', 1, 2)] }, whole)),
  },
  W4: {
    kept: history([BOTH], watch(1, { 10: [created('a', 1, 1), created('b', 1, 2)] })),
    broken: history([BOTH], watch(1, { 10: [created('a', 1, 1)], 11: [created('b', 1, 2)] })),
  },
  W5: {
    kept: history(A_THEN_B, CAUGHT_UP, watch(20, { 30: [created('b', 1, 2)] }, { from: mark(1), ...whole })),
    broken: history(A_THEN_B, CAUGHT_UP, watch(20, {}, { from: mark(1), ...whole })),
  },
  W6: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1)] })),
    broken: history(A_THEN_B, watch(1, { 10: [{ type: 'created', resource: at('a', 1) }] })),
  },
  W7: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1)] }, { query: ONLY_A })),
    broken: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1), created('b', 1, 2)] }, { query: ONLY_A })),
  },
  W8: {
    kept: history(CHANGED, watch(5, { 10: [updated('a', 2, 2)] })),
    broken: history(CHANGED, watch(5, { 10: [{ ...updated('a', 2, 2), old: at('a', 1, 'other') } as WatchEvent] })),
  },
  W9: {
    kept: history(CHANGED, watch(1, { 10: [created('a', 1, 1), updated('a', 2, 2)] })),
    broken: history(CHANGED, watch(1, { 10: [created('a', 1, 1), created('a', 2, 2)] })),
  },
  W10: {
    kept: history(A_THEN_B, watch(20, { 30: [content('a'), content('b'), bootstrapped(2)] }, contents)),
    broken: history(A_THEN_B, watch(20, { 30: [content('a'), bootstrapped(2)] }, contents)),
  },
  // What is missing behind the moment at which a watch stood is W3 as well; contents from behind it are W11 alone.
  W11: {
    kept: history(A_THEN_B, watch(4, { 10: [content('a'), bootstrapped(1), created('b', 1, 2)] }, contents)),
    broken: history(A_THEN_B, watch(1, { 10: [content('a'), bootstrapped(1), created('b', 1, 2)] }, contents)),
  },
  W12: {
    kept: history(A_THEN_B, watch(1, { 10: [errored] }, { ended: 11 })),
    broken: history(A_THEN_B, watch(1, {}, { ended: 11 })),
  },
  W13: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1), errored] })),
    broken: history(A_THEN_B, watch(1, { 10: [errored, created('a', 1, 1)] })),
  },
  W14: {
    kept: history(
      A_THEN_B,
      watch(1, {}, { from: mark(9), opened: undefined, refusal: new InvalidBookmarkError(mark(9)) }),
    ),
    broken: history(A_THEN_B, watch(1, {}, { from: mark(9) })),
  },
  W15: {
    kept: history(A_THEN_B, CAUGHT_UP, watch(95, {}, { from: mark(2) })),
    broken: history(
      A_THEN_B,
      CAUGHT_UP,
      watch(95, {}, { from: mark(2), opened: undefined, refusal: new InvalidBookmarkError(mark(2)) }),
    ),
  },
  W17: {
    kept: history(A_THEN_B, watch(1, { 10: [created('a', 1, 1)] })),
    broken: history(A_THEN_B, {
      ...watch(1, {}),
      batches: [{ at: 10, events: [created('a', 1, 1)], digests: ['what it said then'] }],
    }),
  },
  L1: {
    kept: history([...CHANGED, get(10, 'a', 2)]),
    broken: history([...CHANGED, get(10, 'a', 1)]),
  },
  L2: {
    kept: history([...A_THEN_B, list(10, at('a', 1), at('b', 1))]),
    broken: history([...A_THEN_B, list(10, at('b', 1))]),
  },
  L4: {
    kept: history([create(1, 'a'), destroy(3, 'a'), create(5, 'a', 2)]),
    broken: history([create(1, 'a'), destroy(3, 'a'), create(5, 'a', 1)]),
  },
};

const lawsBroken = (given: History): string[] => [...new Set(watchContract(given).map(({ law }) => law))].sort();

test.each(Object.entries(LAWS))('%s', (law, { kept, broken, also = [] }) => {
  expect(lawsBroken(kept)).toEqual([]);
  expect(lawsBroken(broken)).toEqual([law, ...also].sort());
});

test('every law that a history can show is among them', () => {
  const all = [...Array.from({ length: 17 }, (_, n) => `W${n + 1}`), 'L1', 'L2', 'L3', 'L4'];
  // Of these two a history shows nothing by itself: see `watchContract`.
  expect(Object.keys(LAWS)).toEqual(all.filter((law) => law !== 'W16' && law !== 'L3'));
});
