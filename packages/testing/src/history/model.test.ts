import { EPOCH, codeOf, messageOf, type Bytes } from '@cosi-ts/core';
import { Labels, UNDEFINED_VERSION, versionOf, type EncodedSpec, type Phase, type Resource } from '@cosi-ts/resources';
import {
  MemoryState,
  collection,
  compileQuery,
  teardownAndDestroy,
  type Collection,
  type Query,
  type State,
  type Watch,
  type WatchKindOptions,
} from '@cosi-ts/runtime';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Path, SPEC, type PathResource } from '../conformance/state/subject.ts';
import { digestOf, eventDigest } from './digest.ts';
import { ModelState } from './model-state.fixture.ts';

/** One of two states that shall be the same, and what this side of the comparison holds. */
interface Side {
  readonly state: State;
  readonly watches: Watch[];
  /** What the watches told, each for itself. */
  readonly told: string[][];
  /** The bookmarks that came along, each for itself. */
  readonly bookmarks: Bytes[];
}

/** Something that is done to both; what came of it must be the same. */
type Step = (side: Side) => Promise<unknown>;

const DEFAULT = Path.in('default');
const kind = fc.constantFrom(DEFAULT, DEFAULT, Path.in('other'));
const id = fc.constantFrom('a', 'a', 'b', 'ab', '', '\u{1f600}', '\uffee');
const owner = fc.constantFrom('', '', '', 'me', 'you');
const labels = fc.constantFrom<Record<string, string>[]>({}, { color: 'red' }, { color: 'blue' }).map(Labels.of);
const finalizers = fc.constantFrom<string[][]>([], [], ['A'], ['A', 'B']);
const phase = fc.constantFrom<Phase[]>('running', 'running', 'running', 'tearingDown');
const expectedPhase = fc.constantFrom<(Phase | 'any')[]>('running', 'any', 'tearingDown');
const spec = fc.nat(2).map((value): EncodedSpec => ({ ...SPEC, yaml: `${value}` }));
const query = fc.constantFrom<(Query | undefined)[]>(
  undefined,
  compileQuery({ labels: [[{ key: 'color', op: 'equal', values: ['red'] }]] }),
  compileQuery({ labels: [[{ key: 'color', op: 'exists', invert: true }]] }),
  compileQuery({ id: '[ab]' }),
);
const written = fc.record({ labels, finalizers, phase, owner: fc.constantFrom('', '', '', 'me'), annotations: labels });
/** Which version an update names, as a distance from the stored one; undefined: none. */
const distance = fc.constantFrom(0, 0, 0, 0, -1, 1, undefined);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(kind, id).map(([type, id]) => on(type, `get ${id}`, (all) => all.get(id))),
  fc.tuple(kind, query).map(([type, query]) => on(type, `list ${named(query)}`, (all) => all.list({ query }))),
  fc
    .tuple(kind, id, spec, written, owner)
    .map(([type, id, spec, metadata, owner]) =>
      on(type, `create ${id} ${named({ ...metadata, as: owner })}`, (all) => all.create(id, spec, { metadata, owner })),
    ),
  fc
    .tuple(kind, id, spec, written, distance, fc.record({ owner }), fc.record({ expectedPhase }))
    .map(([type, id, spec, metadata, distance, owner, expectedPhase]) =>
      on(type, `update ${id}@${distance} ${named({ metadata, owner, expectedPhase })}`, async (all, state) => {
        const stored = (await all.find(id)) ?? type.create(id, SPEC);
        const { version } = stored.metadata;
        const claimed = distance === undefined ? UNDEFINED_VERSION : versionOf(Math.max(0, version + distance));
        const next = { metadata: { ...stored.metadata, ...metadata, version: claimed }, spec };
        return state.update(next, { ...owner, ...expectedPhase });
      }),
    ),
  fc
    .tuple(kind, id, owner)
    .map(([type, id, owner]) => on(type, `teardown ${id} as ${owner}`, (all) => all.teardown(id, { owner }))),
  fc
    .tuple(kind, id, owner)
    .map(([type, id, owner]) => on(type, `destroy ${id} as ${owner}`, (all) => all.destroy(id, { owner }))),
  fc
    .tuple(kind, id, spec, labels, owner)
    .map(([type, id, spec, labels, owner]) =>
      on(type, `set ${id} as ${owner}`, (all) => all.set(id, spec, { labels, owner })),
    ),
  fc
    .tuple(kind, id, spec, fc.record({ owner }), fc.record({ expectedPhase }))
    .map(([type, id, { yaml }, owner, expectedPhase]) =>
      on(type, `modify ${id} ${named({ yaml, owner, expectedPhase })}`, (all) =>
        all.modify(id, (draft) => void (draft.yaml = yaml), { ...owner, ...expectedPhase }),
      ),
    ),
  fc
    .tuple(kind, id, fc.boolean())
    .map(([type, id, isAdded]) =>
      on(type, `${isAdded ? 'hold' : 'release'} ${id}`, (all) =>
        isAdded ? all.addFinalizer(id, 'A', 'C', 'A') : all.removeFinalizer(id, 'A', 'B'),
      ),
    ),
  fc.tuple(kind, id, owner).map(([type, id, owner]) =>
    on(type, `teardownAndDestroy ${id} as ${owner}`, async (all, state) => {
      const isHeld = ((await all.find(id))?.metadata.finalizers.length ?? 0) > 0;
      return isHeld ? undefined : teardownAndDestroy(state, type.pointer(id), { owner });
    }),
  ),
  fc
    .tuple(kind, fc.option(id, { nil: undefined }), query, fc.boolean(), fc.boolean(), fc.nat(4), fc.nat(3), fc.nat(99))
    .map(([type, id, query, bootstrapContents, bootstrapBookmark, how, tailEvents, bookmark]) =>
      watching(type, id, (side) => {
        if (how === 0) return { query, tailEvents, bootstrapBookmark };
        const from = how === 1 ? side.bookmarks[bookmark % side.bookmarks.length] : undefined;
        return { query, from, bootstrapBookmark, bootstrapContents: bootstrapContents && from === undefined };
      }),
    ),
);

const named = (value: unknown): string => JSON.stringify(value) ?? '';

function on(
  type: typeof Path,
  what: string,
  run: (all: Collection<EncodedSpec>, state: State) => Promise<unknown>,
): Step {
  return labelled(`${what} in ${type.namespace}`, ({ state }) => run(collection(state, type), state));
}

/** For whoever reads a counterexample. */
function labelled(label: string, step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => label });
}

function watching(type: typeof Path, id: string | undefined, options: (side: Side) => WatchKindOptions): Step {
  return labelled(`watch ${id ?? 'all'} in ${type.namespace}`, async (side) => {
    const chosen = options(side);
    const { tailEvents, from } = chosen;
    const { state } = side;
    const one = id === undefined ? undefined : type.pointer(id);
    const watch = await (one === undefined ? state.watchKind(type, chosen) : state.watch(one, { tailEvents, from }));
    side.watches.push(watch);
    void read(watch, side);
  });
}

async function read(watch: Watch, side: Side): Promise<void> {
  const told: string[] = [];
  side.told.push(told);
  for await (const batch of watch) {
    for (const event of batch) {
      told.push(`${event.type} ${eventDigest(event)}`);
      if (event.type !== 'errored' && event.bookmark !== undefined) side.bookmarks.push(event.bookmark);
    }
  }
}

const newSide = (state: State): Side => ({ state, watches: [], told: [], bookmarks: [] });

/** What a step came to, comparable. */
async function outcomeOf(running: Promise<unknown>): Promise<unknown> {
  try {
    const value = await running;
    if (Array.isArray(value)) return value.map((each) => digestOf(each as Resource));
    return typeof value === 'object' && value !== null ? digestOf(value as PathResource) : value;
  } catch (thrown) {
    return `${codeOf(thrown)}: ${messageOf(thrown)}`;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };
const random = { bytes: (length: number) => new Uint8Array(length).fill(7), uniform: () => 0 };
const history = { initialCapacity: 1000, maxCapacity: 1000, gap: 1 };

test('the state in memory does what a plain model does, and its watches tell the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const model = newSide(new ModelState());
      const memory = newSide(new MemoryState({ clock, random, types: { find: () => undefined }, history }));
      for (const step of steps) {
        const expected = await outcomeOf(step(model));
        expect(await outcomeOf(step(memory))).toEqual(expected);
        await turn();
        expect(memory.told).toEqual(model.told);
        expect(memory.bookmarks.length).toBe(model.bookmarks.length);
      }
      for (const watch of [...model.watches, ...memory.watches]) watch.close();
    }),
    { numRuns: 150 },
  );
});
