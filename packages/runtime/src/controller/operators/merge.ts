import type { Resource } from '@cosi-ts/resources';
import type { Controller } from '../controller.ts';
import type { NoPorts, QueuePorts } from '../ports.ts';
import { deriveController, type DeriveContext, type Made, type OperatorOptions } from './derive.ts';

interface MergeDefinition<I, O, X extends QueuePorts> extends OperatorOptions<I, O, X> {
  /** The id of the output that an input belongs to; undefined: it is left out. */
  readonly key: (input: Resource<I>) => string | undefined;
  /** Outputs that are there even if no input belongs to them; they are made of nothing then. */
  readonly always?: readonly string[];
  /** Makes the output's spec of its inputs, given in the order of their ids; undefined: there shall be none. */
  readonly merge: (
    inputs: readonly Resource<I>[],
    key: string,
    context: DeriveContext<O, X>,
  ) => Made<O> | Promise<Made<O>>;
}

/** One output for each key that inputs share. One changed input costs the work of its own key. */
export function merge<I, O, const X extends QueuePorts = NoPorts>(definition: MergeDefinition<I, O, X>): Controller {
  const { key, merge: make, ...options } = definition;
  return deriveController({ ...options, group: key, derive: make });
}
