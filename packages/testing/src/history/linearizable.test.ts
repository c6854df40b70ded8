import { UNDEFINED_VERSION, versionOf, type Version } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import { Path, SPEC, type PathResource } from '../conformance/state/subject.ts';
import { Prng } from '../simulation/prng.ts';
import { simulate } from '../simulation/simulate.ts';
import { distantState } from './distant.ts';
import { exercise } from './exercise.ts';
import { pointerOf, type Call, type Operation, type Outcome } from './history.ts';
import { NEVER_STORED, follow, type KeyState } from './key-model.ts';
import { linearizable } from './linearizable.ts';
import { ModelState, type Bug } from './model-state.fixture.ts';

const pointer = Path.pointer('a');
const at = (version: number, yaml = ''): PathResource => {
  const { metadata } = Path.create('a', SPEC);
  return { metadata: { ...metadata, version: version as Version }, spec: { ...SPEC, yaml } };
};
const create: Call = { do: 'create', resource: at(UNDEFINED_VERSION), owner: '' };
const get: Call = { do: 'get', pointer };
const update = (version: number, yaml: string): Call => {
  return { do: 'update', resource: at(version, yaml), owner: '', expectedPhase: 'any' };
};
const gave = (value: PathResource): Outcome => ({ kind: 'done', value });
const refused = (code: string): Outcome => ({ kind: 'refused', code });
const unknown: Outcome = { kind: 'unknown', error: undefined };

/** Operations as [command, called, returned, outcome]. */
const check = (...operations: [Call, number, number | undefined, Outcome | undefined][]): string[] =>
  linearizable({
    operations: operations.map(([command, called, returned, outcome]) => ({
      client: 'c',
      command,
      called,
      returned,
      outcome,
    })),
    watches: [],
  }).map(({ message }) => message);

describe('a history is linearizable if its operations fit into one order', () => {
  test('that keeps to the time of each', () => {
    expect(check([create, 1, 2, gave(at(1))], [get, 3, 4, gave(at(1))])).toEqual([]);
    expect(check([get, 1, 4, gave(at(1))], [create, 2, 3, gave(at(1))])).toEqual([]);
    expect(check([get, 1, 2, gave(at(1))], [create, 3, 4, gave(at(1))])).toEqual([
      'os/path(default/a): after 0 operations it is not there, ' +
        'and then get of c (1 to 2), which gave version 1 cannot have happened',
    ]);
  });

  test('in which each reads what was written last', () => {
    const written = [create, 1, 2, gave(at(1))] as const;
    const changed = [update(1, 'x'), 3, 4, gave(at(2, 'x'))] as const;
    expect(check([...written], [...changed], [get, 5, 6, gave(at(2, 'x'))])).toEqual([]);
    expect(check([...written], [...changed], [get, 5, 6, gave(at(2, 'y'))])).toHaveLength(1);
    expect(check([...written], [...changed], [get, 5, 6, gave(at(1))])).toHaveLength(1);
    expect(check([...written], [...changed], [get, 3, 6, gave(at(1))])).toEqual([]);
    expect(check([...written], [...changed], [update(1, 'z'), 5, 6, gave(at(2, 'z'))])).toHaveLength(1);
    expect(check([...written], [...changed], [update(1, 'z'), 3, 6, refused('version-conflict')])).toEqual([]);
  });

  test('in which what nobody was told about may have happened, or not, and late', () => {
    const lost = [create, 1, undefined, unknown] as const;
    expect(check([...lost], [get, 3, 4, gave(at(5))])).toEqual([]);
    expect(check([...lost], [get, 3, 4, refused('not-found')])).toEqual([]);
    expect(check([...lost], [get, 3, 4, refused('not-found')], [get, 5, 6, gave(at(1))])).toEqual([]);
    expect(check([...lost], [get, 3, 4, gave(at(1))], [get, 5, 6, refused('not-found')])).toHaveLength(1);
    expect(check([...lost], [update(7, 'x'), 3, 4, gave(at(8, 'x'))], [get, 5, 6, gave(at(8, 'x'))])).toEqual([]);
    expect(check([...lost], [update(7, 'x'), 3, 4, gave(at(8, 'x'))], [get, 5, 6, gave(at(7))])).toHaveLength(1);
  });

  test('in which no version comes twice', () => {
    const lives: Parameters<typeof check> = [
      [create, 1, 2, gave(at(3))],
      [{ do: 'destroy', pointer, owner: '' }, 3, 4, { kind: 'done', value: undefined }],
    ];
    expect(check(...lives, [create, 5, 6, gave(at(4))])).toEqual([]);
    expect(check(...lives, [create, 5, 6, gave(at(3))])).toHaveLength(1);
  });
});

/** Whether there is an order, by trying all of them. */
function hasOrder(operations: readonly Operation[], state: KeyState = NEVER_STORED): boolean {
  const certain = operations.filter(({ outcome }) => outcome !== undefined && outcome.kind !== 'unknown');
  if (certain.length === 0) return true;
  const first = Math.min(...certain.map(({ returned }) => returned ?? Number.POSITIVE_INFINITY));
  return operations.some((operation) => {
    if (operation.called > first) return false;
    const after = follow(state, operation.command, operation.outcome);
    const others = operations.filter((other) => other !== operation);
    return after !== undefined && hasOrder(others, after);
  });
}

/** The histories of single resources, in part with an unknown outcome, of a state that makes a mistake now and then. */
async function smallHistories(seed: number, bug: Bug | undefined): Promise<readonly (readonly Operation[])[]> {
  const { value } = await simulate({ seed }, async (sim) => {
    const state = new ModelState((mistake) => mistake === bug && sim.choose('mistake', 3) > 0);
    const { gate } = sim.node('state').host;
    const connect = (client: string) => distantState(state, gate, client);
    return exercise(sim, { connect, operations: 5, watchers: 0 });
  });
  const prng = new Prng(seed, 'unknown');
  const operations = value.operations.map((operation): Operation => {
    return prng.below(6) === 0 ? { ...operation, outcome: { kind: 'unknown', error: undefined } } : operation;
  });
  const byKey = Map.groupBy(operations, ({ command }) => {
    const pointer = pointerOf(command);
    return pointer && `${pointer.namespace}/${pointer.id}`;
  });
  byKey.delete(undefined);
  return [...byKey.values()].filter(({ length }) => length <= 8);
}

test('the search finds an order exactly if there is one', async () => {
  const bugs: (Bug | undefined)[] = [
    undefined,
    'reads what was',
    'destroys for two',
    'acknowledges an update that it loses',
  ];
  const found = { yes: 0, no: 0 };
  for (let seed = 0; seed < 120; seed += 1) {
    for (const operations of await smallHistories(seed, bugs[seed % bugs.length])) {
      const expected = hasOrder(operations);
      expect(linearizable({ operations, watches: [] }).length === 0, `seed ${seed}`).toBe(expected);
      found[expected ? 'yes' : 'no'] += 1;
    }
  }
  expect(found.yes).toBeGreaterThan(100);
  expect(found.no).toBeGreaterThan(5);
});

/** One resource, updated and read by so many clients at a time; each call takes effect at some moment of its time. */
function busyHistory(count: number, clients: number): Operation[] {
  const prng = new Prng(1, 'busy');
  const operations: Operation[] = [{ client: '', command: create, called: 0, returned: 1, outcome: gave(at(1)) }];
  let stored = at(1);
  let moment = 1;
  const effect = (command: Call): Outcome => {
    if (command.do !== 'update') return gave(stored);
    if (command.resource.metadata.version !== stored.metadata.version) return refused('version-conflict');
    const { spec } = command.resource as PathResource;
    stored = { metadata: { ...stored.metadata, version: versionOf(stored.metadata.version + 1) }, spec };
    return gave(stored);
  };
  const newCall = (client: string): Operation => {
    const version = Math.max(1, stored.metadata.version - prng.below(2));
    const command = prng.below(2) === 0 ? get : update(version, `${moment}`);
    return { client, command, called: (moment += 1), returned: undefined, outcome: undefined };
  };
  const pending = Array.from({ length: clients }, (_, client) => newCall(`${client}`));
  while (operations.length < count) {
    const index = prng.below(clients);
    const call = pending[index];
    if (call === undefined) break;
    if (call.outcome === undefined) pending[index] = { ...call, outcome: effect(call.command) };
    else {
      operations.push({ ...call, returned: (moment += 1) });
      pending[index] = newCall(call.client);
    }
  }
  return operations.sort((a, b) => a.called - b.called);
}

/** The fastest of a few times, in milliseconds: what it takes if nobody else wants the processor. */
function timeOf(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.min(...times);
}

test('a thousand operations of eight clients on one resource are checked in a tenth of a second', () => {
  const operations = busyHistory(1000, 8);
  expect(timeOf(() => expect(linearizable({ operations, watches: [] })).toEqual([]))).toBeLessThan(100);
  const stale: Operation = { client: 'z', command: get, called: 1e6, returned: 1e6 + 1, outcome: gave(at(1)) };
  const wrong = { operations: [...operations, stale], watches: [] };
  expect(timeOf(() => expect(linearizable(wrong)).toHaveLength(1))).toBeLessThan(500);
});
