import type { Eventually } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import { findIn, findNow } from '../../state/derived/find-in.ts';
import type { Attribution, ListOptions, UpdateOptions } from '../../state/state.ts';
import { collection, type Collection, type Finalizers, type Reader, type Writer } from '../../state/collection.ts';
import { NotFoundError, PendingFinalizersError } from '../../state/errors.ts';
import type { OpenPorts } from '../controller.ts';
import type { Access, Reads } from '../engine/access.ts';
import type { InputPort, OutputPort, PortDeclaration, PortDeclarations } from '../ports.ts';
import { seenTo, type Passage, type Wrap } from './passage.ts';
import { SWIFT, type SwiftPort } from './swift.ts';
import { refusalsOf, type Refusals } from './refusals.ts';

/** Whom the ports belong to, and what they need of the engine. */
export interface PortHolder {
  readonly controller: string;
  readonly access: Access;
  /** What every call goes through on its way. */
  readonly passage: Passage;
  /** Who writes, and why. */
  attribution(): Attribution;
  /** Called with each write, before it. */
  written(port: string, id: string): void;
  /** What an input is aimed at. */
  isAimedAt(port: string, id: string): boolean;
  isAimedAtAll(port: string): boolean;
  aim(port: string, ids: readonly string[] | undefined): void;
  teardownSignal(port: string, id: string, isGoing: () => Promise<boolean>): Promise<AbortSignal>;
  /** Wakes the present key when an output can be destroyed, or is gone. */
  awaitRemoval(port: string, id: string): void;
}

/** The ports of one controller's worker, by name. Nothing else of the state can be reached through them. */
export function openPorts(declarations: PortDeclarations, holder: PortHolder): OpenPorts {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, openPort(name, declaration, holder)]),
  );
}

/** What is not declared is there as well, and refuses: who goes round the types shall hear why. */
type AnyPort = InputPort<unknown> & OutputPort<unknown> & Finalizers & { readonly [SWIFT]: SwiftPort<unknown> };

function openPort(name: string, declaration: PortDeclaration, holder: PortHolder): AnyPort {
  const { type } = declaration;
  const { reads, writes, uncached, isCached } = holder.access;
  const resources = collection(writes, type, () => holder.attribution());
  const refusals = refusalsOf(declaration, holder.controller);
  const isOutput = declaration.direction === 'output';
  const mayHold = !isOutput && MAY_HOLD.includes(declaration.kind);
  const direct = {
    ...(isOutput ? writer(name, resources, holder) : noWriter(refusals)),
    ...(mayHold ? aimedFinalizers(name, resources, refusals, holder) : noFinalizers(refusals)),
  };
  const through = holder.passage.for(type);
  const readerOf = (from: Reads, wrap: Wrap): Reader<unknown> => {
    const reader = readerIn(from, type);
    const aimed = isOutput ? reader : aimedReader(name, reader, refusals, holder);
    const list = wrap('list', (_id, options: ListOptions | undefined) => aimed.list(options));
    return {
      get: wrap('get', aimed.get),
      find: wrap('find', aimed.find),
      list: (options) => list('', options, undefined),
    } as Reader<unknown>;
  };
  const modifyWithResult = through.writes(
    'modify',
    (id, empty: unknown, [recipe, options]: [Recipe, UpdateOptions | undefined]) =>
      direct.modifyWithResult(id, empty, recipe, options),
  );
  const wrapRead = isCached(type) ? through.cachedReads : through.reads;
  const findAtOnce = (id: string): Eventually<Resource | undefined> =>
    isOutput || holder.isAimedAt(name, id) ? findNow(reads, type.pointer(id)) : refusals.query();
  const swift = { find: wrapRead('find', findAtOnce), set: through.writes('set', direct.setNow) } as SwiftPort<unknown>;
  const port = {
    ...readerOf(reads, wrapRead),
    create: through.writes('create', direct.create),
    set: through.writes('set', direct.set),
    modify: through.writes('modify', direct.modify),
    modifyWithResult: (id, empty, recipe, options) => modifyWithResult(id, empty, [recipe, options]),
    update: through.writes('update', direct.update),
    teardown: through.writes('teardown', direct.teardown),
    destroy: through.writes('destroy', direct.destroy),
    addFinalizer: through.finalizers('addFinalizer', direct.addFinalizer),
    removeFinalizer: through.finalizers('removeFinalizer', direct.removeFinalizer),
  } as Reader<unknown> & Writer<unknown> & Finalizers;
  const awaitRemoval = (id: string): Promise<Resource | undefined> => {
    holder.awaitRemoval(name, id);
    return port.find(id);
  };
  return Object.freeze({
    ...port,
    [SWIFT]: swift,
    uncached: Object.freeze(readerOf(uncached, through.reads)),
    aim: (ids) => holder.aim(name, ids),
    teardownSignal: (id) => seenTo(holder.teardownSignal(name, id, () => isGoing(port, id))),
    remove: isOutput ? (id) => seenTo(remove(port, id, awaitRemoval)) : (id) => refusals.write('destroy', id),
    awaitRemoval: isOutput ? awaitRemoval : () => refusals.query(),
  } satisfies AnyPort);
}

type Recipe = Parameters<Writer<unknown>['modify']>[1];

const MAY_HOLD: readonly string[] = ['strong', 'primary', 'mapped'];

/** One kind of what can be read. */
function readerIn(reads: Reads, type: ResourceType): Reader<unknown> {
  return {
    get: (id) => reads.get(type.pointer(id)),
    find: (id) => findIn(reads, type.pointer(id)),
    list: (options) => reads.list(type, options),
  };
}

function aimedReader(
  name: string,
  resources: Reader<unknown>,
  refusals: Refusals,
  holder: PortHolder,
): Reader<unknown> {
  return {
    get: (id) => (holder.isAimedAt(name, id) ? resources.get(id) : refusals.query()),
    find: (id) => (holder.isAimedAt(name, id) ? resources.find(id) : refusals.query()),
    list: (options) => (holder.isAimedAtAll(name) ? resources.list(options) : refusals.query()),
  };
}

type SwiftWriter = Writer<unknown> & Pick<Collection<unknown>, 'setNow'>;

/** Writes as the controller, which owns what it creates. */
function writer(name: string, resources: Collection<unknown>, holder: PortHolder): SwiftWriter {
  const { controller } = holder;
  const owned = <O extends { readonly owner?: string | undefined }>(id: string, options: O | undefined): O => {
    holder.written(name, id);
    return { owner: controller, ...options } as unknown as O;
  };
  return {
    create: (id, spec, options) => resources.create(id, spec, owned(id, options)),
    set: (id, spec, options) => resources.set(id, spec, owned(id, options)),
    setNow: (id, spec, options) => {
      holder.written(name, id);
      return resources.setNow(id, spec, options, controller);
    },
    modify: (id, recipe, options) => resources.modify(id, recipe, owned(id, options)),
    modifyWithResult: (id, empty, recipe, options) => resources.modifyWithResult(id, empty, recipe, owned(id, options)),
    update: (id, change, options) => resources.update(id, change, owned(id, options)),
    teardown: (id, options) => resources.teardown(id, { owner: controller, ...options }),
    destroy: (id, options) => resources.destroy(id, { owner: controller, ...options }),
  };
}

function noWriter(refusals: Refusals): SwiftWriter {
  return {
    create: (id) => refusals.write('create', id),
    set: (id) => refusals.write('update', id),
    setNow: (id) => refusals.write('update', id),
    modify: (id) => refusals.write('update', id),
    modifyWithResult: (id) => refusals.write('update', id),
    update: (id) => refusals.write('update', id),
    teardown: (id) => refusals.write('teardown', id),
    destroy: (id) => refusals.write('destroy', id),
  };
}

function aimedFinalizers(
  name: string,
  resources: Collection<unknown>,
  refusals: Refusals,
  holder: PortHolder,
): Finalizers {
  const aimed =
    (change: Finalizers['addFinalizer']): Finalizers['addFinalizer'] =>
    (id, ...finalizers) =>
      holder.isAimedAt(name, id) ? change(id, ...finalizers) : refusals.finalizers();
  return { addFinalizer: aimed(resources.addFinalizer), removeFinalizer: aimed(resources.removeFinalizer) };
}

function noFinalizers(refusals: Refusals): Finalizers {
  return { addFinalizer: () => refusals.finalizers(), removeFinalizer: () => refusals.finalizers() };
}

async function isGoing(port: Reader<unknown>, id: string): Promise<boolean> {
  const resource = await port.find(id);
  return resource === undefined || resource.metadata.phase === 'tearingDown';
}

async function remove(
  port: Reader<unknown> & Writer<unknown>,
  id: string,
  awaitRemoval: (id: string) => Promise<Resource | undefined>,
): Promise<boolean> {
  for (let current = await port.find(id); current !== undefined;) {
    try {
      if (current.metadata.finalizers.length === 0 || (await port.teardown(id))) {
        await port.destroy(id);
        return true;
      }
      current = await awaitRemoval(id);
      if (current !== undefined && current.metadata.finalizers.length > 0) return false;
    } catch (thrown) {
      if (thrown instanceof NotFoundError) return true;
      if (!(thrown instanceof PendingFinalizersError)) throw thrown;
      // Somebody took hold of it just now.
      current = await port.find(id);
    }
  }
  return true;
}
