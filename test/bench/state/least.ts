import { realHost } from '@cosi-ts/core';
import { FIRST_VERSION, nextVersion, type Labels, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { begin, collected, type Sample } from '../clock.ts';
import { members, renamed } from './member.ts';

// The least that keeps the promises of a state, written for this one type in one function: what is written is looked
// through for text that UTF-8 cannot carry, equal label sets are one, there is a time, a history and an order of last
// change. No errors but one, no transactions, nobody is told, no other types.

type Stored = Resource<MemberSpec>;

interface Entry {
  readonly key: string;
  value: Stored;
  position: number;
  older: Entry | undefined;
  newer: Entry | undefined;
}

const HISTORY = 100;
const PRESENT = 10_000;

class LeastState {
  readonly #clock = realHost().clock;
  readonly #entries = new Map<string, Entry>();
  readonly #added: Entry[] = [];
  readonly #sets = new Map<string, unknown>();
  readonly #history: unknown[] = [];
  #position = 0;
  #newest: Entry | undefined;

  create(given: Stored): Promise<Stored> {
    const { metadata, spec } = given;
    const { namespace, type, id, phase, owner, finalizers, labels, annotations } = metadata;
    if (this.#entries.has(id)) throw new Error('it is there already');
    const now = this.#clock.now();
    if (!id.isWellFormed() || !owner.isWellFormed()) throw new Error('half a pair');
    checkTexts(spec);
    Object.freeze(spec.addresses);
    Object.freeze(spec);
    const shared = this.#shared(labels);
    const value: Stored = {
      metadata: {
        namespace,
        type,
        id,
        version: FIRST_VERSION,
        owner,
        phase,
        created: now,
        updated: now,
        finalizers,
        labels: shared,
        annotations,
      },
      spec,
    };
    const entry: Entry = { key: id, value, position: 0, older: undefined, newer: undefined };
    this.#entries.set(id, entry);
    this.#added.push(entry);
    this.#commit(entry, undefined, value);
    return Promise.resolve(value);
  }

  update({ metadata, spec }: Stored): Promise<Stored> {
    const { namespace, type, id, version, owner, phase, finalizers, labels, annotations } = metadata;
    const entry = this.#entries.get(id);
    const before = entry?.value;
    if (entry === undefined || before === undefined) throw new Error('it is not there');
    const old = before.metadata;
    if (old.version !== version || old.owner !== owner || old.phase !== phase) throw new Error('it has changed');
    if (spec.hostname !== before.spec.hostname) checkTexts(spec);
    Object.freeze(spec);
    const value: Stored = {
      metadata: {
        namespace,
        type,
        id,
        version: nextVersion(version),
        owner,
        phase,
        created: old.created,
        updated: this.#clock.now(),
        finalizers,
        labels,
        annotations,
      },
      spec,
    };
    this.#commit(entry, before, value);
    return Promise.resolve(value);
  }

  #shared(labels: Labels): Labels {
    let sets = this.#sets;
    const [keys, values] = [labels.keys(), labels.values()];
    for (let index = 0; index < keys.length; index += 1) sets = nested(nested(sets, keys[index]!), values[index]!);
    const known = sets.get('') as Labels | undefined;
    if (known !== undefined) return known;
    sets.set('', labels);
    return labels;
  }

  #commit(entry: Entry, before: Stored | undefined, after: Stored): void {
    this.#position += 1;
    const commit = { position: this.#position, time: after.metadata.updated, actor: '', causes: [], size: 1 };
    this.#history[this.#position % HISTORY] = { key: entry.key, before, after, commit };
    entry.value = after;
    entry.position = this.#position;
    if (this.#newest === entry) return;
    if (entry.older !== undefined) entry.older.newer = entry.newer;
    if (entry.newer !== undefined) entry.newer.older = entry.older;
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
  }
}

function checkTexts({ nodeId, hostname, operatingSystem }: MemberSpec): void {
  if (nodeId.isWellFormed() && hostname.isWellFormed() && operatingSystem.isWellFormed()) return;
  throw new Error('half a pair');
}

function nested(map: Map<string, unknown>, key: string): Map<string, unknown> {
  const known = map.get(key) as Map<string, unknown> | undefined;
  if (known !== undefined) return known;
  const made = new Map<string, unknown>();
  map.set(key, made);
  return made;
}

export async function create(): Promise<Sample> {
  const count = 100_000;
  const all = members(count);
  const state = new LeastState();
  await collected();
  const clock = begin();
  for (const one of all) await state.create(one);
  return clock.perOp(count);
}

export async function update(): Promise<Sample> {
  const updates = 200_000;
  const state = new LeastState();
  const stored: Stored[] = [];
  for (const member of members(PRESENT)) stored.push(await state.create(member));
  const clock = begin();
  for (let n = 0; n < updates; n += 1) {
    const next = renamed(stored[n % PRESENT]!, (n / PRESENT) & 1 ? 'two' : 'one');
    stored[n % PRESENT] = await state.update(next);
  }
  return clock.perOp(updates);
}
