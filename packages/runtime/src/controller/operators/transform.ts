import type { Resource } from '@cosi-ts/resources';
import type { Controller } from '../controller.ts';
import type { NoPorts, QueuePorts } from '../ports.ts';
import { deriveController, type DeriveContext, type Made, type OperatorOptions } from './derive.ts';

interface TransformDefinition<I, O, X extends QueuePorts> extends OperatorOptions<I, O, X> {
  /** Names the output of an input; undefined: it has none. */
  readonly map: (input: Resource<I>) => string | undefined;
  /** Makes the output's spec; undefined: there shall be none. */
  readonly transform: (input: Resource<I>, context: DeriveContext<O, X>) => Made<O> | Promise<Made<O>>;
}

/**
 * One output for each input. Where several are mapped to one id, the one with the greatest id is taken. Throw
 * `SkipReconcileError` to leave the output as it is.
 */
export function transform<I, O, const X extends QueuePorts = NoPorts>(
  definition: TransformDefinition<I, O, X>,
): Controller {
  const { map, transform: make, ...options } = definition;
  return deriveController({
    ...options,
    group: map,
    derive: (inputs, _id, context) => {
      const last = inputs.at(-1);
      return last === undefined ? undefined : make(last, context);
    },
  });
}
