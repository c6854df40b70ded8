import { never, type Cause, type Gate, type Owner } from '@cosi-ts/core';
import { collection, type Collection, type Writer } from '../state/collection.ts';
import type { State, WriteOptions } from '../state/state.ts';
import type { PortDeclaration, PortDeclarations } from './ports.ts';

/** Whom the ports belong to, and what they write as. */
export interface PortHolder {
  readonly controller: string;
  readonly owner: Owner;
  readonly state: State;
  readonly gate: Gate | undefined;
  /** The causes of the reconcile under way. */
  causes(): readonly Cause[];
}

/** The ports of one controller's worker, by name. Nothing else of the state can be reached through them. */
export function openPorts(declarations: PortDeclarations, holder: PortHolder): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, openPort(declaration, holder)]),
  );
}

type Call = <T>(verb: string, id: string, effect: () => Promise<T>) => Promise<T>;

function openPort(declaration: PortDeclaration, holder: PortHolder): object {
  const resources = collection(holder.state, declaration.type);
  const call = caller(declaration, holder);
  if (declaration.direction === 'output') {
    return { ...reader(resources, call, undefined), ...writer(resources, call, holder) };
  }
  const mayHold = declaration.kind === 'strong' || declaration.kind === 'primary' || declaration.kind === 'mapped';
  const refuse = refusal(declaration, holder);
  const read = reader(resources, call, declaration.id === undefined ? undefined : { id: declaration.id, refuse });
  return mayHold ? { ...read, ...finalizers(resources, call) } : read;
}

/** Every call passes two points: before its effect, and before its answer is seen. */
function caller(declaration: PortDeclaration, { controller, owner, gate }: PortHolder): Call {
  if (gate === undefined) return (_verb, _id, effect) => (owner.isDropped ? never() : effect());
  const { namespace, type } = declaration.type;
  return (verb, id, effect) => {
    const label = `${verb} ${type}(${namespace}/${id})`;
    return owner.guard(throughGate(effect, gate, { actor: controller, label }, owner));
  };
}

async function throughGate<T>(
  effect: () => Promise<T>,
  gate: Gate,
  place: { readonly actor: string; readonly label: string },
  owner: Owner,
): Promise<T> {
  await gate.pass({ kind: 'call', ...place });
  if (owner.isDropped) return never<T>();
  let answer: () => T;
  try {
    const value = await effect();
    answer = () => value;
  } catch (thrown) {
    answer = () => {
      throw thrown;
    };
  }
  await gate.pass({ kind: 'answer', ...place });
  return answer();
}

interface Narrowing {
  readonly id: string;
  readonly refuse: () => Promise<never>;
}

function reader(resources: Collection<unknown>, call: Call, narrowed: Narrowing | undefined): object {
  const allowed = (id: string): boolean => narrowed === undefined || narrowed.id === id;
  return {
    get: (id: string) => (allowed(id) ? call('get', id, () => resources.get(id)) : narrowed?.refuse()),
    find: (id: string) => (allowed(id) ? call('find', id, () => resources.find(id)) : narrowed?.refuse()),
    list: (options?: Parameters<typeof resources.list>[0]) =>
      narrowed === undefined ? call('list', '', () => resources.list(options)) : narrowed.refuse(),
  };
}

function writer(resources: Collection<unknown>, call: Call, { controller, causes }: PortHolder): object {
  const as = <O extends WriteOptions>(options: O | undefined): O & WriteOptions =>
    Object.assign({ owner: controller }, options, { actor: controller, causes: causes() });
  const port: Writer<unknown> = {
    create: (id, spec, options) => call('create', id, () => resources.create(id, spec, as(options))),
    set: (id, spec, options) => call('set', id, () => resources.set(id, spec, as(options))),
    modify: (id, recipe, options) => call('modify', id, () => resources.modify(id, recipe, as(options))),
    teardown: (id, options) => call('teardown', id, () => resources.teardown(id, as(options))),
    destroy: (id, options) => call('destroy', id, () => resources.destroy(id, as(options))),
  };
  return port;
}

function finalizers(resources: Collection<unknown>, call: Call): object {
  return {
    addFinalizer: (id: string, ...names: string[]) =>
      call('addFinalizer', id, () => resources.addFinalizer(id, ...names)),
    removeFinalizer: (id: string, ...names: string[]) =>
      call('removeFinalizer', id, () => resources.removeFinalizer(id, ...names)),
  };
}

function refusal(declaration: PortDeclaration, { controller }: PortHolder): () => Promise<never> {
  const { namespace, type } = declaration.type;
  return () =>
    Promise.reject(
      new Error(
        `attempt to query resource "${namespace}"/"${type}", not input or output for controller "${controller}"`,
      ),
    );
}
