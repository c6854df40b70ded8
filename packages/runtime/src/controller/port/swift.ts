import type { Eventually } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { SetOptions } from '../../state/derived/set-resource.ts';
import type { InputPort, OutputPort } from '../ports.ts';

/**
 * A port as the operators use it, which reconcile tens of thousands of keys in a row: the same calls by the same way,
 * but what is there at once is given without a promise. Where something is in the way, a point of a simulation or a
 * turn of the loop, there is one.
 */
export interface SwiftPort<S> {
  find(id: string): Eventually<Resource<S> | undefined>;
  /** Throws at once what it would reject with. */
  set(id: string, spec: S, options?: SetOptions): Eventually<Resource<S>>;
}

/** Where a port has it. No user knows of it. */
export const SWIFT: unique symbol = Symbol('swift');

export function swift<S>(port: Pick<InputPort<S> | OutputPort<S>, 'find'>): SwiftPort<S> {
  return (port as unknown as { readonly [SWIFT]: SwiftPort<S> })[SWIFT];
}
