import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Finalizers, Reader, Writer } from '../state/collection.ts';

/**
 * How a controller follows what it reads.
 * `weak`, `strong`, `destroyReady` are inputs of loop controllers; `primary`, `mapped` and `mappedDestroyReady` of
 * queue controllers. `strong`, `primary` and `mapped` ones may be held by finalizers. A destroy-ready input wakes
 * only for what is tearing down without finalizers, or gone.
 */
export type InputKind = 'weak' | 'strong' | 'destroyReady' | 'primary' | 'mapped' | 'mappedDestroyReady';

/** `exclusive`: no other controller may write this type. `shared`: each writes its own resources of it. */
export type OutputKind = 'exclusive' | 'shared';

export interface Input<K extends InputKind = InputKind, R extends ResourceType = ResourceType> {
  readonly direction: 'input';
  readonly kind: K;
  readonly type: R;
  /** Narrows the port to these resources; undefined: all of the kind. See {@link InputPort.aim}. */
  readonly ids: readonly string[] | undefined;
  /** Whether its resources are held by a finalizer until what is made of them is gone. */
  readonly holds: boolean;
  /** Whether a cycle of controllers through it is known to come to rest. */
  readonly feedback: boolean;
}

export interface Output<K extends OutputKind = OutputKind, R extends ResourceType = ResourceType> {
  readonly direction: 'output';
  readonly kind: K;
  readonly type: R;
}

export type PortDeclaration = Input | Output;
export type PortDeclarations = Readonly<Record<string, PortDeclaration>>;

/** What a loop controller may declare. */
export type LoopPorts = Readonly<Record<string, Input<'weak' | 'strong' | 'destroyReady'> | Output>>;
/** What a queue controller may declare. */
export type QueuePorts = Readonly<Record<string, Input<'primary' | 'mapped' | 'mappedDestroyReady'> | Output>>;

/** No ports at all. */
export type NoPorts = Readonly<Record<string, never>>;

interface InputOptions {
  /** Narrows the port to one resource. Not together with `ids`. */
  readonly id?: string;
  /** Narrows the port to some resources, with none for an input that is aimed at run time. */
  readonly ids?: readonly string[];
  /**
   * Whether its resources are held by a finalizer until what is made of them is gone; by default true for a strong
   * input, else false. For the check of the graph.
   */
  readonly holds?: boolean;
  /** A cycle of controllers through this input comes to rest: then the check of the graph says nothing of it. */
  readonly feedback?: boolean;
}

const input =
  <K extends InputKind>(kind: K) =>
  <R extends ResourceType>(
    type: R,
    { id, ids, holds = kind === 'strong', feedback = false }: InputOptions = {},
  ): Input<K, R> => ({
    direction: 'input',
    kind,
    type,
    ids: id === undefined ? ids : [id],
    holds,
    feedback,
  });

const output =
  <K extends OutputKind>(kind: K) =>
  <R extends ResourceType>(type: R): Output<K, R> => ({ direction: 'output', kind, type });

export const weak = input('weak');
export const strong = input('strong');
export const destroyReady = input('destroyReady');
export const primary = input('primary');
export const mapped = input('mapped');
export const mappedDestroyReady = input('mappedDestroyReady');
export const exclusive = output('exclusive');
export const shared = output('shared');

/** What every port can do. */
interface Port<S> extends Reader<S> {
  /**
   * Reads what is, where the port itself reads what is at hand: see `cachedKinds` of the runtime. For what is decided for
   * good, and not put right by the next reconcile.
   */
  readonly uncached: Reader<S>;
  /**
   * For work that takes long: aborted once the resource is tearing down or gone, at once if it is so already. It is
   * watched until the reconcile ends, which may end with the signal's reason: the wake-up for the change is there.
   */
  teardownSignal(id: string): Promise<AbortSignal>;
}

/** An input as a controller gets it. */
export interface InputPort<S> extends Port<S> {
  /**
   * Narrows or re-aims the input at run time: to some resources of its kind, to none, or, without an argument, back
   * to what was declared. It stays so until it is changed again, over restarts of the controller too. Ids that were
   * not followed before wake the controller if they exist.
   */
  aim(ids?: readonly string[]): void;
}

/** An output as a controller gets it: it writes as its owner. */
export interface OutputPort<S> extends Port<S>, Writer<S> {
  /**
   * Destroys a resource; one that somebody holds is torn down, and the present key is woken when it is let go. One that
   * is gone already is fine.
   * @returns whether it is gone. @throws OwnerConflictError
   */
  remove(id: string): Promise<boolean>;
  /**
   * Wakes the present key when a resource is gone, or tearing down with nobody to hold it. From now on: what happened
   * before is told by what this returns.
   * @returns the resource as it is; undefined if there is none
   */
  awaitRemoval(id: string): Promise<Resource<S> | undefined>;
}

/** The port that a declaration gives: inputs read, some hold finalizers; outputs read and write. */
export type PortOf<P> =
  P extends Input<infer K, infer R>
    ? InputPort<SpecIn<R>> & (K extends 'strong' | 'primary' | 'mapped' ? Finalizers : unknown)
    : P extends Output<OutputKind, infer R>
      ? OutputPort<SpecIn<R>>
      : never;

type SpecIn<R> = R extends ResourceType<infer S> ? S : never;

export type PortsOf<P extends PortDeclarations> = { readonly [N in keyof P]: PortOf<P[N]> };
