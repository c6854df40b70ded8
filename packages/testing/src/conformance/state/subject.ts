import assert from 'node:assert/strict';
import { Bytes } from '@cosi-ts/core';
import {
  Labels,
  resourceType,
  type EncodedSpec,
  type Pointer,
  type Resource,
  type ResourceType,
} from '@cosi-ts/resources';
import {
  collection,
  type Collection,
  type State,
  type Watch,
  type WatchEvent,
  type WatchKindOptions,
  type WatchOptions,
} from '@cosi-ts/runtime';

/** What the rules are tried with: a type that nobody has to declare, since its specs travel as they are. */
export const Path: ResourceType<EncodedSpec> = resourceType<EncodedSpec>({
  namespace: 'default',
  type: 'os/path',
  displayType: 'Path',
  columns: [],
  sensitive: false,
  aliases: [],
  allAliases: [],
  spec: {
    validate: (value) => value as EncodedSpec,
    freeze: (spec) => Object.freeze(spec),
    equals: (a, b) => a.yaml === b.yaml && a.proto.equals(b.proto),
    encode: ({ proto }) => proto.toUint8Array(),
    decode: (proto) => ({ proto: Bytes.from(proto), yaml: '' }),
    toYaml: ({ yaml }) => yaml,
    toPlain: (spec) => spec,
    fromPlain: (value) => value as EncodedSpec,
  },
});

export const SPEC: EncodedSpec = Object.freeze({ proto: Bytes.empty, yaml: '' });

export type PathResource = Resource<EncodedSpec>;

/** A state to try, and what the rules do with it. */
export interface StateSubject {
  readonly state: State;
  readonly paths: Collection<EncodedSpec>;
  create(id: string, labels?: Readonly<Record<string, string>>): Promise<PathResource>;
  watch(id: string, options?: WatchOptions): Promise<EventReader>;
  watchKind(options?: WatchKindOptions): Promise<EventReader>;
}

/** Runs a rule on a state, and closes after it the watches that it opened. */
export async function tryOn(state: State, rule: (subject: StateSubject) => Promise<void>): Promise<void> {
  const paths = collection(state, Path);
  const opened: Watch[] = [];
  const read = async (opening: Promise<Watch>): Promise<EventReader> => {
    const watch = await opening;
    opened.push(watch);
    return new EventReader(watch);
  };
  try {
    await rule({
      state,
      paths,
      create: (id, labels = {}) => paths.create(id, SPEC, { metadata: { labels: Labels.of(labels) } }),
      watch: (id, options) => read(state.watch(Path.pointer(id), options)),
      watchKind: (options) => read(state.watchKind(Path, options)),
    });
  } finally {
    for (const watch of opened) watch.close();
  }
}

/** An event of a watch that did not fail. */
export interface Seen {
  readonly type: Exclude<WatchEvent['type'], 'errored'>;
  readonly resource: Resource;
  readonly old?: Resource | undefined;
  readonly bookmark?: Bytes | undefined;
}

/** A watch read event by event. Whoever reads on once it failed or ended fails too. */
export class EventReader {
  readonly #watch: Watch;
  readonly #check: (batch: readonly Seen[]) => void;
  #pending: readonly Seen[] = [];

  constructor(watch: Watch, check: (batch: readonly Seen[]) => void = () => {}) {
    this.#watch = watch;
    this.#check = check;
  }

  /** The same watch, read by one who looks at each batch first. */
  checking(check: (batch: readonly Seen[]) => void): EventReader {
    return new EventReader(this.#watch, check);
  }

  async next(): Promise<Seen> {
    if (this.#pending.length === 0) this.#pending = await this.batch();
    const [event, ...rest] = this.#pending;
    assert.ok(event);
    this.#pending = rest;
    return event;
  }

  async take(count: number): Promise<readonly Seen[]> {
    const events: Seen[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  /** The next batch as the watch gives it. */
  async batch(): Promise<readonly Seen[]> {
    const batch = await this.#watch.next();
    assert.ok(batch !== undefined, 'the watch has ended');
    assert.ok(batch.length > 0, 'a batch is empty');
    const seen = batch.map((event) => {
      if (event.type === 'errored') throw event.error;
      return event;
    });
    this.#check(seen);
    return seen;
  }

  /** The next event, which must be of this type, and of this id or resource if one is given. */
  async expect(type: Seen['type'], of?: string | Resource): Promise<Seen> {
    const event = await this.next();
    const id = typeof of === 'string' ? of : (of?.metadata.id ?? event.resource.metadata.id);
    assert.equal(`${event.type} ${event.resource.metadata.id}`, `${type} ${id}`);
    if (typeof of === 'object') assertSame(event.resource, of);
    return event;
  }
}

/** Equal in all that a resource says. */
export function assertSame(actual: Resource | undefined, expected: Resource): void {
  assert.ok(actual);
  assert.deepEqual(plain(actual), plain(expected));
}

export function assertSameEvents(actual: readonly Seen[], expected: readonly Seen[]): void {
  const told = (events: readonly Seen[]): unknown => events.map(({ type, resource }) => [type, plain(resource)]);
  assert.deepEqual(told(actual), told(expected));
}

function plain({ metadata, spec }: Resource): unknown {
  const { labels, annotations } = metadata;
  const text = typeof spec === 'object' && spec !== null && 'yaml' in spec ? spec.yaml : undefined;
  return { ...metadata, labels: [...labels], annotations: [...annotations], spec: text };
}

export const pointer = (id: string): Pointer => Path.pointer(id);

export const idsOf = (resources: readonly Resource[]): string[] => resources.map(({ metadata }) => metadata.id);

/** A change of a resource's labels alone. */
export function labelled(change: (labels: Labels) => Labels): (current: PathResource) => PathResource {
  return ({ metadata, spec }) => ({ metadata: { ...metadata, labels: change(metadata.labels) }, spec });
}
