import type { ResourceType } from '@cosi-ts/resources';
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
  /** Narrows the port to one resource. */
  readonly id: string | undefined;
}

export interface Output<K extends OutputKind = OutputKind, R extends ResourceType = ResourceType> {
  readonly direction: 'output';
  readonly kind: K;
  readonly type: R;
}

export type PortDeclaration = Input | Output;
export type PortDeclarations = Readonly<Record<string, PortDeclaration>>;

interface InputOptions {
  readonly id?: string;
}

const input =
  <K extends InputKind>(kind: K) =>
  <R extends ResourceType>(type: R, options: InputOptions = {}): Input<K, R> => ({
    direction: 'input',
    kind,
    type,
    id: options.id,
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

/** The port that a declaration gives: inputs read, some hold finalizers; outputs read and write. */
export type PortOf<P> =
  P extends Input<infer K, infer R>
    ? Reader<SpecIn<R>> & (K extends 'strong' | 'primary' | 'mapped' ? Finalizers : unknown)
    : P extends Output<OutputKind, infer R>
      ? Reader<SpecIn<R>> & Writer<SpecIn<R>>
      : never;

type SpecIn<R> = R extends ResourceType<infer S> ? S : never;

export type PortsOf<P extends PortDeclarations> = { readonly [N in keyof P]: PortOf<P[N]> };
