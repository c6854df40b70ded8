import { Bytes, realHost, type Pace } from '@cosi-ts/core';
import {
  Labels,
  newMetadata,
  resourceType,
  typeRegistry,
  type EncodedSpec,
  type Metadata,
  type Resource,
} from '@cosi-ts/resources';
import {
  EncodeCache,
  InvalidQueryError,
  InvalidResourceError,
  MemoryState,
  collection,
  compileQuery,
  remoteState,
  stateService,
  type State,
  type Watch,
} from '@cosi-ts/runtime';
import { simulate } from '@cosi-ts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutPoisoning } from './poisoning.ts';

const { clock, random } = realHost();
const types = typeRegistry([]);
const SPEC: EncodedSpec = { proto: Bytes.empty, yaml: '' };
const newState = (): MemoryState => new MemoryState({ clock, random, types });

const LONG = 65_536;
const MEANINGFUL = '__proto__ constructor prototype toString hasOwnProperty then toJSON length null undefined -1'.split(
  ' ',
);
const AWKWARD = 'a/b|a%2Fb|%|..|\0|\n|"|\u2028|\ufeff|\u{1f600}|'.split('|');
const ENDLESS = ['x'.repeat(LONG), '\u{1f600}'.repeat(LONG / 4), `${'x'.repeat(LONG - 1)}y`];
const evil = fc.oneof(
  fc.constantFrom(...MEANINGFUL, ...AWKWARD, ...ENDLESS),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const labels = fc.array(fc.tuple(evil, evil), { maxLength: 3 }).map(Labels.from);

const resource = fc.record({
  namespace: evil,
  type: evil,
  id: evil,
  owner: evil,
  labels,
  annotations: labels,
  finalizers: fc.uniqueArray(evil, { maxLength: 2 }),
});

const PATHS = resourceType<EncodedSpec>({
  namespace: 'n',
  type: 't',
  displayType: 't',
  columns: [],
  sensitive: false,
  aliases: [],
  allAliases: [],
  spec: {
    validate: (value) => value as EncodedSpec,
    freeze: (spec) => Object.freeze(spec),
    equals: (a, b) => a.yaml === b.yaml,
    encode: ({ proto }) => proto.toUint8Array(),
    decode: () => SPEC,
    toYaml: ({ yaml }) => yaml,
    toPlain: (spec) => spec,
    fromPlain: (value) => value as EncodedSpec,
  },
});

async function firstOf(watch: Watch): Promise<Resource | undefined> {
  const [event] = (await watch.next()) ?? [];
  watch.close();
  return event?.type === 'created' ? event.resource : undefined;
}

/** Takes a resource through its life, by every way there is to look at it. */
async function live(
  state: State,
  given: Partial<Metadata> & Pick<Metadata, 'namespace' | 'type' | 'id'>,
): Promise<void> {
  const { namespace, type, id, owner = '', finalizers = [] } = given;
  const pointer = { namespace, type, id };
  const created = await state.create({ metadata: newMetadata(pointer, { ...given, owner }), spec: SPEC }, { owner });
  const says = ({ metadata }: Resource): unknown => ({
    ...metadata,
    labels: [...metadata.labels],
    annotations: [...metadata.annotations],
  });
  expect(says(created)).toMatchObject({ ...pointer, owner, finalizers });
  const expected = says(created);
  expect(says(await state.get(pointer))).toEqual(expected);
  expect((await state.list(pointer)).map(says)).toEqual([expected]);
  for (const [key, value] of created.metadata.labels) {
    for (const term of [{ key, op: 'exists' } as const, { key, op: 'equal', values: [value] } as const]) {
      const query = compileQuery({ labels: [[term]] });
      expect((await state.list(pointer, { query })).map(says)).toEqual([expected]);
    }
  }
  const seen = await firstOf(await state.watchKind(pointer, { bootstrapContents: true }));
  expect(seen && says(seen)).toEqual(expected);
  // Errors are told apart, however long the names in their messages are.
  await expect(state.create(created, { owner })).rejects.toMatchObject({ code: 'already-exists' });
  await expect(state.update(created, { owner: `${owner}?` })).rejects.toMatchObject({ code: 'owner-conflict' });
  await expect(state.destroy(pointer, { owner: `${owner}?` })).rejects.toMatchObject({ code: 'owner-conflict' });
  await expect(state.update(created, { owner, expectedPhase: 'tearingDown' })).rejects.toMatchObject({
    code: 'phase-conflict',
  });
  if (finalizers.length > 0) {
    await expect(state.destroy(pointer, { owner })).rejects.toMatchObject({ code: 'pending-finalizers' });
  }
  await state.update({ metadata: { ...created.metadata, finalizers: [] }, spec: SPEC }, { owner });
  await expect(state.update(created, { owner })).rejects.toMatchObject({ code: 'version-conflict' });
  await state.destroy(pointer, { owner });
  await expect(state.get(pointer)).rejects.toMatchObject({ code: 'not-found' });
}

describe('names and labels that mean something elsewhere mean nothing to a state', () => {
  test('in memory', () =>
    withoutPoisoning(() =>
      fc.assert(
        fc.asyncProperty(resource, (given) => live(newState(), given)),
        { numRuns: 200 },
      ),
    ));

  test('behind its API', () =>
    withoutPoisoning(() =>
      fc.assert(
        fc.asyncProperty(resource, async (given) => {
          fc.pre(bytesOf(given) < 3 * LONG);
          await simulate({}, async (sim) => {
            const [server, client] = [sim.node('server').host, sim.node('client').host];
            const state = new MemoryState({ clock: server.clock, random: server.random, types });
            const service = stateService(state, { types, encodings: new EncodeCache(), pace: server.pace });
            const { address } = await server.rpc.listen({ address: 'server:1' }, [service]);
            await live(remoteState(client.rpc.connect({ address }), { types }), given);
          });
        }),
        { numRuns: 60 },
      ),
    ));
});

/** What a request has of it at most: an API takes no more than four long texts. Some name the owner twice. */
function bytesOf({ owner, labels, annotations, ...rest }: Parameters<typeof live>[1]): number {
  return Buffer.byteLength(JSON.stringify([rest, owner, owner, [...(labels ?? [])], [...(annotations ?? [])]]));
}

test('no two kinds are taken for one', () =>
  fc.assert(
    fc.asyncProperty(evil, evil, evil, evil, async (namespace, type, otherNamespace, otherType) => {
      fc.pre(namespace !== otherNamespace || type !== otherType);
      const state = newState();
      await state.create({ metadata: newMetadata({ namespace, type, id: 'a' }), spec: SPEC });
      const other = { namespace: otherNamespace, type: otherType };
      expect(await state.list(other)).toEqual([]);
      const watch = await state.watchKind(other, { tailEvents: 1 });
      await state.create({ metadata: newMetadata({ ...other, id: 'b' }), spec: SPEC });
      expect((await firstOf(watch))?.metadata.id).toBe('b');
    }),
    {
      examples: [
        ['a/b', 't', 'a%2Fb', 't'],
        ['a', 'b/t', 'a/b', 't'],
        ['a%2Fb', 't', 'a/b', 't'],
      ],
      numRuns: 300,
    },
  ));

test.each<Partial<Metadata>>([
  { namespace: '\ud800' },
  { namespace: '/\ud800' },
  { type: '\udc00' },
  { id: 'a\ud800' },
  { owner: '\ud800' },
  { labels: Labels.of({ '\ud800': '' }) },
  { labels: Labels.of({ a: '\ud800' }) },
  { annotations: Labels.of({ a: '\udfff' }) },
  { finalizers: ['\ud800'] },
])('half a surrogate pair is refused in %o', async (given) => {
  const state = newState();
  const metadata = { ...newMetadata({ namespace: 'n', type: 't', id: 'i' }), ...given };
  const { owner } = metadata;
  await expect(state.create({ metadata, spec: SPEC }, { owner })).rejects.toThrow(InvalidResourceError);
});

/** Milliseconds of processor time, whoever else wants the processor: the least of a few times. */
async function costOf(run: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 4 && least >= 50; times += 1) {
    const begin = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begin);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe('nothing holds up the others for 50 ms', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `finalizer-${index}`);
  const pointer = { namespace: 'n', type: 't', id: 'i' };

  const evilPatterns = [
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)(.*)(.*)(.*)x',
    'a{0,250}$',
    '(?i)A+B',
    // What the engine cannot do without following all atoms at once.
    'a[ab]{12}c',
    'a[ab]{200}c',
    '(?:a.{40}a|b.{40}b|a.{41}b)c',
    `a${'.'.repeat(1000)}c`,
  ];
  /** No two stretches of it are alike. */
  const chaos = (length: number): string => {
    let bits = length;
    const letters = Array.from({ length }, () => {
      bits = (Math.imul(bits, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return (bits >> 16) & 1 ? 'a' : 'b';
    });
    return `${letters.join('')}c`;
  };

  test('no pattern, on no id', async () => {
    const ids = ['a'.repeat(LONG), `${'a'.repeat(LONG - 1)}b`, 'ab'.repeat(LONG / 2), chaos(LONG - 1), chaos(2000)];
    for (const pattern of evilPatterns) {
      const query = compileQuery({ id: pattern });
      for (const id of ids) {
        const one = { metadata: newMetadata({ ...pointer, id }), spec: SPEC };
        const ask = (): void => {
          try {
            query.matches(one);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(InvalidQueryError);
            // An id of a usual length can always be asked.
            expect(id.length).toBeGreaterThan(300);
          }
        };
        expect([pattern, id.length, Math.trunc((await costOf(ask)) / 50)]).toEqual([pattern, id.length, 0]);
      }
    }
  });

  test('no pattern, on any number of ids: in a list, in the contents of a watch, in its events', async () => {
    let longest = 0;
    let begun = process.cpuUsage();
    const pace: Pace = {
      yield() {
        const { user, system } = process.cpuUsage(begun);
        longest = Math.max(longest, (user + system) / 1000);
        return new Promise((resolve) => {
          setImmediate(() => {
            begun = process.cpuUsage();
            resolve();
          });
        });
      },
    };
    const history = { initialCapacity: 1000, maxCapacity: 1000, gap: 5 };
    const state = new MemoryState({ clock, random, types, pace, history });
    const query = compileQuery({ id: 'a[ab]{200}c' });
    const matching = await state.watchKind(pointer, { query });
    for (let n = 0; n < 12; n += 1) {
      await state.create({ metadata: newMetadata({ ...pointer, id: chaos(1900 + n) }), spec: SPEC });
    }
    const stretchOf = async (run: () => Promise<unknown>): Promise<number> => {
      // The compiler may take its time for what runs for the first time.
      let least = Number.POSITIVE_INFINITY;
      for (let times = 0; times < 3 && least >= 50; times += 1) {
        longest = 0;
        begun = process.cpuUsage();
        await run();
        least = Math.min(least, longest);
      }
      return least;
    };
    const { length } = await state.list(pointer, { query });
    expect(length).toBeGreaterThan(3);
    expect(await stretchOf(() => state.list(pointer, { query }))).toBeLessThan(50);
    const readAll = async (watch: Watch, last: string): Promise<void> => {
      let seen = 0;
      for await (const batch of watch) {
        seen += batch.length;
        if (batch.at(-1)?.type === last || seen === length) return;
      }
    };
    const contents = async (): Promise<void> =>
      readAll(await state.watchKind(pointer, { query, bootstrapContents: true }), 'bootstrapped');
    expect(await stretchOf(contents)).toBeLessThan(50);
    longest = 0;
    begun = process.cpuUsage();
    await readAll(matching, 'none');
    expect(longest).toBeLessThan(50);
    // One id that is too long for the pattern: whoever asks is told.
    await state.create({ metadata: newMetadata({ ...pointer, id: chaos(LONG) }), spec: SPEC });
    await expect(state.list(pointer, { query })).rejects.toThrow(/^the pattern is too large for an id of 65537 char/);
    const told = await state.watchKind(pointer, { query, tailEvents: 1 });
    expect(await told.next()).toMatchObject([{ type: 'errored', error: { code: 'invalid-query' } }]);
    expect(await told.next()).toBeUndefined();
    const whole = await state.watchKind(pointer, { query, bootstrapContents: true });
    let last: unknown;
    for await (const batch of whole) last = batch.at(-1);
    expect(last).toMatchObject({ type: 'errored', error: { code: 'invalid-query' } });
  });

  test('no pattern that is no pattern', async () => {
    const broken = [
      '(',
      '['.repeat(1000),
      '('.repeat(1024),
      'a{1000}{1000}',
      '((((a{99}){99}){99}){99})',
      '(?P<n',
      'x'.repeat(2000),
    ];
    for (const pattern of broken) {
      const compile = (): void => {
        expect(() => compileQuery({ id: pattern })).toThrow(InvalidQueryError);
      };
      expect([pattern, Math.trunc((await costOf(compile)) / 50)]).toEqual([pattern, 0]);
    }
  });

  test('no number of finalizers', async () => {
    const state = newState();
    const all = collection(state, PATHS);
    await state.create({ metadata: newMetadata(pointer, { finalizers: names }), spec: SPEC });
    expect(await costOf(() => all.addFinalizer('i', ...names, 'one more'))).toBeLessThan(50);
    // The same ones, in a list of their own: nothing changes.
    const copied = (current: Resource<EncodedSpec>): Resource<EncodedSpec> => ({
      metadata: { ...current.metadata, finalizers: current.metadata.finalizers.toReversed() },
      spec: current.spec,
    });
    const { version } = (await all.get('i')).metadata;
    expect(await costOf(() => all.update('i', copied))).toBeLessThan(50);
    expect((await all.get('i')).metadata.version).toBe(version);
    expect(await costOf(() => all.removeFinalizer('i', ...names.toReversed()))).toBeLessThan(50);
    expect((await all.get('i')).metadata.finalizers).toEqual(['one more']);
  });

  test('no number of labels', async () => {
    const state = newState();
    const create = (): Promise<Resource> => {
      const own = Labels.from(names.map((name) => [name, name]));
      return state.create({
        metadata: newMetadata({ ...pointer, id: `${random.uniform()}` }, { labels: own }),
        spec: SPEC,
      });
    };
    for (let count = 0; count < 3; count += 1) expect(await costOf(create)).toBeLessThan(50);
    const terms = names.slice(0, 100).map((key) => ({ key, op: 'equal', values: [key] }) as const);
    const query = compileQuery({ labels: [terms] });
    expect(await costOf(() => state.list(pointer, { query }))).toBeLessThan(50);
  });

  test('no length of ids', async () => {
    const state = newState();
    const prefix = 'x'.repeat(LONG);
    for (let index = 0; index < 100; index += 1) {
      const id = `${prefix}${(index * 37) % 100}`;
      const metadata = newMetadata({ ...pointer, id });
      await state.create({ metadata, spec: SPEC });
    }
    expect(await costOf(() => state.list(pointer))).toBeLessThan(50);
  });
});
