import { allOf, andThen, compareUtf8, type Cause, type Eventually, type Logger } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import { NotFoundError } from '../../state/errors.ts';
import type { Finalizers } from '../../state/collection.ts';
import type { Controller, Keys, ReconcileContext, ReconcileReturn, Run, StartContext } from '../controller.ts';
import {
  exclusive,
  mappedDestroyReady,
  primary,
  shared,
  type InputPort,
  type OutputKind,
  type OutputPort,
  type PortsOf,
  type QueuePorts,
} from '../ports.ts';
import { swift } from '../port/swift.ts';
import { destroyOutput, makeOutput, type Derived } from './derived.ts';
import { GroupIndex } from './group-index.ts';

/** What the functions of an operator are told. */
export interface DeriveContext<O, X extends QueuePorts = QueuePorts> {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly causes: readonly Cause[];
  /** The extra ports. */
  readonly ports: PortsOf<X>;
  /** The output as it is. */
  readonly current: Resource<O> | undefined;
  /** Makes it again after so many milliseconds, even if nothing changes. */
  requeueAfter(millis: number): void;
}

/** An operator's function may take its time, and may find that there shall be no output. */
export type Made<O> = O | Derived<O> | undefined;

/** What all operators that make outputs of inputs can be told. */
export interface OperatorOptions<I, O, X extends QueuePorts> {
  readonly name: string;
  readonly input: ResourceType<I>;
  /** Narrows the input to one resource. */
  readonly inputId?: string;
  readonly output: ResourceType<O>;
  /** Exclusive by default. */
  readonly outputKind?: OutputKind;
  /** How many outputs are made at the same time; 1 by default. */
  readonly concurrency?: number;
  /** Other ports, for the function that makes the output. */
  readonly extra?: X;
  /** Which outputs a change of an extra input concerns, or every one; the one with the same id if absent. */
  readonly extraKeys?: { readonly [N in keyof X]?: ExtraKeys };
  /**
   * Holds the inputs by a finalizer, named like the controller, until their output is gone or made without them. By
   * default an input that is tearing down just does not count any more.
   */
  readonly inputFinalizers?: boolean;
  /** Called before a held input that is tearing down is let go. A `SkipReconcileError` keeps it, and its output. */
  readonly release?: (input: Resource<I>, context: DeriveContext<O, X>) => Promise<void> | void;
  /** Inputs count to the end, whether they are tearing down or not. Not together with `inputFinalizers`. */
  readonly ignoreTearingDown?: boolean;
  /** With `inputFinalizers`: an input that is tearing down counts as long as any of these still holds it. */
  readonly ignoreTeardownWhile?: readonly string[];
  /** With `inputFinalizers`: an input that is tearing down counts until nobody but these, and us, holds it. */
  readonly ignoreTeardownUntil?: readonly string[];
  /**
   * Called at each start, for wake-ups that no input gives: `wake(id)` makes an output again, `wake()` every one. What it starts
   * belongs to the `owner`.
   */
  readonly started?: (context: StartContext) => void;
  /** Runs last, when the controller is stopped. A crash skips it. */
  readonly shutdownHook?: () => Promise<void> | void;
}

/** The outputs that an extra input concerns. */
export type ExtraKeys = 'every' | ((id: string, resource: Resource | undefined) => Keys);

/** What an operator comes down to: inputs are grouped by the id of the output they make together. */
export interface Derivation<I, O, X extends QueuePorts> extends OperatorOptions<I, O, X> {
  /** The id of the output that an input belongs to; undefined: to none. */
  readonly group: (input: Resource<I>) => string | undefined;
  /** Outputs that are made even while their group is empty. */
  readonly always?: readonly string[];
  /** The output of a group, its inputs in the order of their ids, at least one; undefined: there shall be none. */
  readonly derive: (
    inputs: readonly Resource<I>[],
    id: string,
    context: DeriveContext<O, X>,
  ) => Made<O> | Promise<Made<O>>;
}

/**
 * The engine of the operators that make outputs of inputs. Its law: once nothing changes any more, there is an output
 * for each group of inputs, made of them as they are, and no other of this controller's.
 */
export function deriveController<I, O, X extends QueuePorts>(derivation: Derivation<I, O, X>): Controller {
  const { name, input, inputId, output, concurrency = 1, extra } = derivation;
  if (derivation.inputFinalizers === true && derivation.ignoreTearingDown === true) {
    throw new TypeError('inputFinalizers and ignoreTearingDown exclude each other');
  }
  const isSameKind = input.type === output.type && input.namespace === output.namespace;
  return {
    name,
    style: 'queue',
    ports: {
      ...extra,
      input: primary(input, {
        holds: derivation.inputFinalizers === true,
        ...(inputId === undefined ? {} : { id: inputId }),
      }),
      output: (derivation.outputKind === 'shared' ? shared : exclusive)(output),
      ...(isSameKind ? {} : { outputReady: mappedDestroyReady(output) }),
    },
    concurrency,
    start: (context) => newRun(derivation, context),
  };
}

interface Ports<I, O> {
  readonly input: InputPort<I> & Finalizers;
  readonly output: OutputPort<O>;
}

/** The key of a job that lets an input go which belongs to no group. No output is named so. */
const RELEASE = '\u0000release ';

function newRun<I, O, X extends QueuePorts>(derivation: Derivation<I, O, X>, start: StartContext): Run {
  const { wake } = start;
  const { name, group, inputFinalizers = false, always = [] } = derivation;
  const groups = new GroupIndex();
  /** Groups that an input left, but whose outputs may still be made of it. */
  const left = new Map<string, Set<string>>();
  const extraKeys: Readonly<Record<string, ExtraKeys | undefined>> = derivation.extraKeys ?? {};

  const isLeaving = (input: Resource<I>): boolean => {
    const { phase, finalizers } = input.metadata;
    if (phase === 'running' || derivation.ignoreTearingDown === true) return false;
    const { ignoreTeardownWhile, ignoreTeardownUntil } = derivation;
    const others = finalizers.filter((finalizer) => finalizer !== name);
    if (ignoreTeardownUntil !== undefined && others.some((other) => !ignoreTeardownUntil.includes(other))) return false;
    return ignoreTeardownWhile === undefined || !others.some((other) => ignoreTeardownWhile.includes(other));
  };

  const isHeld = ({ metadata }: Resource<I>): boolean => metadata.finalizers.includes(name);

  const keysOfInput = (id: string, input: Resource<I> | undefined): Keys => {
    const to = input === undefined ? undefined : group(input);
    if (!inputFinalizers) return groups.move(id, to);
    const from = groups.groupOf(id);
    const keys = groups.move(id, to);
    if (input === undefined) {
      left.delete(id);
      return keys;
    }
    if (from !== undefined && from !== to) left.set(id, (left.get(id) ?? new Set()).add(from));
    return to === undefined && isHeld(input) ? [...keys, RELEASE + id] : keys;
  };

  /** A group's output is not made any more of what left the group. */
  const settle = (key: string): void => {
    for (const [id, groupsLeft] of left) {
      if (!groupsLeft.delete(key) || groupsLeft.size > 0) continue;
      left.delete(id);
      wake(groups.groupOf(id) ?? RELEASE + id);
    }
  };

  /** One that moved or went meanwhile wakes us again. */
  const isMember = (input: Resource<I> | undefined, key: string): input is Resource<I> =>
    input !== undefined && group(input) === key;

  const membersOf = (key: string, input: InputPort<I>): Eventually<readonly Resource<I>[]> => {
    const { find } = swift(input);
    const ids = groups.members(key);
    if (ids.length === 1) return andThen(find(ids[0] ?? ''), (found) => (isMember(found, key) ? [found] : NONE));
    return andThen(allOf([...ids].sort(compareUtf8).map((id) => find(id))), (found) =>
      found.filter((one) => isMember(one, key)),
    );
  };

  /** @returns those that are held now: not one that went meanwhile */
  const hold = async (inputs: readonly Resource<I>[], port: Finalizers): Promise<readonly Resource<I>[]> => {
    const held: Resource<I>[] = [];
    for (const input of inputs) {
      const mustHold = input.metadata.phase === 'running' && !isHeld(input);
      if (!mustHold || (await isThere(port.addFinalizer(input.metadata.id, name)))) held.push(input);
    }
    return held;
  };

  const letGo = async (input: Resource<I>, port: Finalizers): Promise<void> => {
    if (left.has(input.metadata.id)) return;
    await isThere(port.removeFinalizer(input.metadata.id, name));
  };

  const reconcileGroup = (ports: Ports<I, O>, key: string, context: ReconcileContext): Eventually<ReconcileReturn> =>
    andThen(membersOf(key, ports.input), (members) => {
      const counting = members.some(isLeaving) ? members.filter((input) => !isLeaving(input)) : members;
      return inputFinalizers
        ? reconcileHeld(ports, key, context, members, counting)
        : andThen(swift(ports.output).find(key), (current) => {
            const told = new Told<O, X>(ports as unknown as PortsOf<X>, current, context);
            return andThen(settleOutput(ports.output, key, counting, told), () => told.result());
          });
    });

  /** The same for inputs that are held until their output is made without them. */
  const reconcileHeld = async (
    ports: Ports<I, O>,
    key: string,
    context: ReconcileContext,
    members: readonly Resource<I>[],
    counting: readonly Resource<I>[],
  ): Promise<ReconcileReturn> => {
    const staying = await hold(counting, ports.input);
    const leaving = members.filter((input) => isLeaving(input) && isHeld(input));
    const current = await ports.output.find(key);
    const told = new Told<O, X>(ports as unknown as PortsOf<X>, current, context);
    for (const input of leaving) await derivation.release?.(input, told);
    if (await settleOutput(ports.output, key, staying, told)) {
      settle(key);
      for (const input of leaving) await letGo(input, ports.input);
    }
    return told.result();
  };

  /** Makes the output of what is there, or is rid of it. @returns whether that is done; if not, we are woken again */
  const settleOutput = (
    output: OutputPort<O>,
    key: string,
    staying: readonly Resource<I>[],
    told: Told<O, X>,
  ): Eventually<boolean> => {
    const { current } = told;
    const isWanted = staying.length > 0 || always.includes(key);
    return andThen(isWanted ? derivation.derive(staying, key, told) : undefined, (made) => {
      const isOthers = current !== undefined && current.metadata.owner !== name;
      if (made === undefined) return current === undefined || isOthers || destroyOutput(output, key, current);
      if (!isOthers) return makeOutput(output, key, current, made);
      told.log.warn('output belongs to another', { id: key, owner: current.metadata.owner });
      return false;
    });
  };

  /** An input that is mapped to nothing has no output that we would have to be rid of first. */
  const release = async (ports: Ports<I, O>, id: string): Promise<void> => {
    const input = await ports.input.find(id);
    if (input !== undefined && isHeld(input) && group(input) === undefined) await letGo(input, ports.input);
  };

  const every = (): Keys => [...always, ...groups.all()];

  derivation.started?.({ ...start, wake: (key) => (key === undefined ? every() : [key]).forEach((one) => wake(one)) });

  return {
    /** Outputs left by an earlier run, whose inputs may be gone. */
    initialKeys: async (ports) => {
      const outputs = await (ports as unknown as Ports<I, O>).output.list();
      const own = outputs.filter(({ metadata }) => metadata.owner === name).map(({ metadata }) => metadata.id);
      return [...always, ...own];
    },
    keysOf: (port, id, resource) => {
      if (port === 'input') return keysOfInput(id, resource as Resource<I> | undefined);
      if (port === 'outputReady') return [id];
      const keys = extraKeys[port];
      return keys === 'every' ? every() : (keys?.(id, resource) ?? [id]);
    },
    reconcile: (untyped, key, context) => {
      const ports = untyped as unknown as Ports<I, O>;
      if (inputFinalizers && key.startsWith(RELEASE)) return release(ports, key.slice(RELEASE.length));
      return reconcileGroup(ports, key, context);
    },
    inputsOf: (key) => (key.startsWith(RELEASE) ? 1 : groups.members(key).length),
    shutdown: derivation.shutdownHook,
  };
}

const NONE: readonly never[] = [];

/** What the functions of an operator are told about one output. */
class Told<O, X extends QueuePorts> implements DeriveContext<O, X> {
  readonly ports: PortsOf<X>;
  readonly current: Resource<O> | undefined;
  readonly #context: ReconcileContext;
  /** What they asked for. */
  after: number | undefined;

  constructor(ports: PortsOf<X>, current: Resource<O> | undefined, context: ReconcileContext) {
    this.ports = ports;
    this.current = current;
    this.#context = context;
  }

  /** What the reconcile says at its end. */
  result(): ReconcileReturn {
    return this.after === undefined ? undefined : { requeueAfter: this.after };
  }

  get log(): Logger {
    return this.#context.log;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get causes(): readonly Cause[] {
    return this.#context.causes;
  }

  get requeueAfter(): DeriveContext<O, X>['requeueAfter'] {
    return (millis) => (this.after = millis);
  }
}

/** Whether what was to be changed was there. */
async function isThere(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (thrown) {
    if (thrown instanceof NotFoundError) return false;
    throw thrown;
  }
}
