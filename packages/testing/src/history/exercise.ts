import { CodedError, type Bytes } from '@cosi-ts/core';
import { Labels, newMetadata, type Pointer, type Resource } from '@cosi-ts/resources';
import {
  NotFoundError,
  compileQuery,
  type Command,
  type State,
  type Watch,
  type WatchKindOptions,
} from '@cosi-ts/runtime';
import { Path, SPEC, type PathResource } from '../conformance/state/subject.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { History } from './history.ts';
import { Recorder } from './recorder.ts';

export interface ExerciseOptions {
  /** The way of a client to the state; each of them its own, or all the same. */
  readonly connect: (client: string) => State;
  /** Clients that write and read; 3 by default. */
  readonly clients?: number;
  /** What each of them does, one after the other; 12 by default. */
  readonly operations?: number;
  /** Clients that watch; 3 by default. */
  readonly watchers?: number;
}

/**
 * Lets clients read, write and watch a state in whatever way the tape says, until nothing is left to happen, and gives
 * back what they were told. The state must be empty, and nobody else may use it.
 */
export async function exercise(sim: Simulation, options: ExerciseOptions): Promise<History> {
  const recorder = new Recorder();
  const client = (name: string): State => recorder.client(name, options.connect(name));
  const named = (count: number, name: string): string[] =>
    Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

  const watchers = named(options.watchers ?? 3, 'watcher').map((name) => new Watcher(sim, client(name)));
  const watching = watchers.map((watcher) => watcher.run());
  await Promise.all(
    named(options.clients ?? 3, 'client').map((name) =>
      new Client(sim, name, client(name)).run(options.operations ?? 12),
    ),
  );
  const last = client('last');
  for (const type of KINDS) await orRefusal(last.list(type));
  await sim.settle();
  recorder.quiet();
  const again = watchers.map((watcher) => watcher.resume());
  await sim.settle();
  recorder.quiet();
  for (const watcher of watchers) watcher.close();
  await Promise.all([...watching, ...again]);
  return recorder.history;
}

const KINDS = [Path, Path.in('other')];
const MOSTLY_ONE_KIND = [Path, Path, Path.in('other')];
const IDS = ['a', 'b', 'c'];
const RED = compileQuery({ labels: [[{ key: 'color', op: 'equal', values: ['red'] }]] });

/** What is refused was an answer too; what is no answer of a state at all is a mistake. */
async function orRefusal<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (thrown) {
    if (thrown instanceof CodedError) return undefined;
    throw thrown;
  }
}

type PartAct = Command['do'] | 'hold';

/** Reads and writes, one call at a time, by what it saw last. */
class Client {
  readonly #sim: Simulation;
  readonly #name: string;
  readonly #state: State;
  readonly #seen = new Map<string, Resource>();
  #written = 0;

  constructor(sim: Simulation, name: string, state: State) {
    this.#sim = sim;
    this.#name = name;
    this.#state = state;
  }

  async run(operations: number): Promise<void> {
    for (let done = 0; done < operations; done += 1) await orRefusal(this.#act());
  }

  async #act(): Promise<void> {
    const state = this.#state;
    const type = this.#pick('kind', MOSTLY_ONE_KIND);
    const pointer = type.pointer(this.#pick('id', IDS));
    const act = this.#pick('act', [
      'get',
      'create',
      'update',
      'update',
      'hold',
      'teardown',
      'destroy',
      'list',
      'several',
    ]);
    if (act === 'get') return this.#see(await state.get(pointer));
    if (act === 'list') {
      await state.list(type, this.#pick('query', [{}, { query: RED }]));
      return;
    }
    if (act !== 'several' || state.transact === undefined) {
      const command = await this.#commandFor(pointer, act === 'several' ? 'update' : (act as PartAct));
      return this.#write(command);
    }
    const others = IDS.filter((id) => id !== pointer.id).map((id) => type.pointer(id));
    const pointers = [pointer, this.#pick('other', others), this.#pick('elsewhere', KINDS).pointer('d')];
    const commands: Command[] = [];
    for (const each of pointers.slice(0, 2 + this.#sim.choose('count', 2))) {
      commands.push(
        await this.#commandFor(each, this.#pick<PartAct>('part', ['update', 'create', 'hold', 'teardown', 'destroy'])),
      );
    }
    await state.transact(commands);
  }

  async #write(command: Command): Promise<void> {
    const state = this.#state;
    const owner = { owner: command.owner };
    if (command.do === 'create') this.#see(await state.create(command.resource, owner));
    else if (command.do === 'update') this.#see(await state.update(command.resource, command));
    else if (command.do === 'teardown') await state.teardown(command.pointer, owner);
    else await state.destroy(command.pointer, owner);
  }

  async #commandFor(pointer: Pointer, act: PartAct): Promise<Command> {
    const key = keyOf(pointer);
    const known = this.#seen.get(key) ?? (await this.#find(pointer));
    const stranger = this.#pick('owner', ['', '', 'me']);
    if (act === 'create' || known === undefined) {
      return { do: 'create', resource: this.#change({ metadata: newMetadata(pointer), spec: SPEC }), owner: stranger };
    }
    const owner = this.#pick('as', [known.metadata.owner, known.metadata.owner, known.metadata.owner, stranger]);
    // Whatever comes of it, what was seen is old then; now and then it is acted on once more.
    if (this.#sim.choose('forget', 4) !== 3) this.#seen.delete(key);
    if (act === 'teardown' || act === 'destroy') return { do: act, pointer, owner };
    const resource = act === 'update' ? this.#change(known as PathResource) : held(known as PathResource);
    const expectedPhase = this.#pick('phase', ['any', 'running', 'tearingDown'] as const);
    return { do: 'update', resource, owner, expectedPhase };
  }

  #see(resource: Resource): void {
    this.#seen.set(keyOf(resource.metadata), resource);
  }

  async #find(pointer: Pointer): Promise<Resource | undefined> {
    try {
      return await this.#state.get(pointer);
    } catch (thrown) {
      if (thrown instanceof NotFoundError) return undefined;
      throw thrown;
    }
  }

  /** A change of the spec that nobody else makes, and of a label that queries look at. */
  #change({ metadata, spec }: PathResource): PathResource {
    this.#written += 1;
    const labels = Labels.of({ color: this.#pick('color', ['red', 'blue']) });
    return { metadata: { ...metadata, labels }, spec: { ...spec, yaml: `${this.#name} ${this.#written}` } };
  }

  #pick<T>(label: string, options: readonly T[]): T {
    return options[this.#sim.choose(label, options.length)] as T;
  }
}

const keyOf = ({ namespace, id }: Pointer): string => `${namespace}/${id}`;

/** Takes hold of a resource, or lets go of it. */
function held({ metadata, spec }: PathResource): PathResource {
  return { metadata: { ...metadata, finalizers: metadata.finalizers.length === 0 ? ['A'] : [] }, spec };
}

/** Watches one thing after the other, each for a while, and the last to the end. */
class Watcher {
  readonly #sim: Simulation;
  readonly #state: State;
  /** Bookmarks that it was given, with where. */
  readonly #bookmarks: { readonly bookmark: Bytes; readonly namespace: string; readonly options: WatchKindOptions }[] =
    [];
  #watch: Watch | undefined;
  #resumed: Watch | undefined;
  #isOver = false;

  constructor(sim: Simulation, state: State) {
    this.#sim = sim;
    this.#state = state;
  }

  async run(): Promise<void> {
    for (let round = 0; round < 3 && !this.#isOver; round += 1) {
      await this.#round(round < 2 ? this.#sim.choose('pulls', 5) : Number.POSITIVE_INFINITY);
    }
  }

  /** Goes on behind the last bookmark, to the end. */
  async resume(): Promise<void> {
    const place = this.#bookmarks.at(-1);
    const type = KINDS.find(({ namespace }) => namespace === place?.namespace);
    if (place === undefined || type === undefined) return;
    const { query } = place.options;
    const watch = await orRefusal(this.#state.watchKind(type, { query, from: place.bookmark }));
    if (watch === undefined) return;
    this.#resumed = watch;
    while ((await watch.next()) !== undefined);
  }

  close(): void {
    this.#isOver = true;
    this.#watch?.close();
    this.#resumed?.close();
  }

  async #round(pulls: number): Promise<void> {
    const type = KINDS[this.#sim.choose('watched kind', KINDS.length)] ?? Path;
    const options = this.#options();
    const watch = await orRefusal(this.#open(type, options));
    if (watch === undefined) return;
    this.#watch = watch;
    if (this.#isOver) watch.close();
    for (let pulled = 0; pulled < pulls; pulled += 1) {
      const batch = await watch.next();
      if (batch === undefined) return;
      for (const event of batch) {
        if (!('bookmark' in event) || event.bookmark === undefined) continue;
        this.#bookmarks.push({ bookmark: event.bookmark, namespace: type.namespace, options });
      }
    }
    watch.close();
  }

  #options(): WatchKindOptions {
    const query = this.#sim.choose('filtered', 2) === 1 ? RED : undefined;
    switch (this.#sim.choose('begins', 5)) {
      case 1:
        return { query, bootstrapContents: true };
      case 2:
        return { query, bootstrapBookmark: true };
      case 3:
        return { query, tailEvents: 1 + this.#sim.choose('tail', 4) };
      case 4: {
        const back = this.#sim.choose('bookmark', this.#bookmarks.length);
        return { query, from: this.#bookmarks.at(-1 - back)?.bookmark };
      }
      default:
        return { query, bootstrapContents: true, bootstrapBookmark: true };
    }
  }

  #open(type: typeof Path, options: WatchKindOptions): Promise<Watch> {
    if (this.#sim.choose('single', 4) !== 3) return this.#state.watchKind(type, options);
    const { tailEvents, from } = options;
    const id = IDS[this.#sim.choose('watched id', IDS.length)] ?? 'a';
    return this.#state.watch(type.pointer(id), { tailEvents, from });
  }
}
