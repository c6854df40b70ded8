import type { Logger } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Controller } from '../controller.ts';
import type { OutputKind } from '../ports.ts';
import { deriveController } from './derive.ts';

/**
 * One output for each input: `map` names it (undefined: none), `transform` makes its spec (undefined: none).
 * Where two inputs are mapped to one id, the one with the greater id is taken.
 */
export function transform<I, O>(definition: {
  readonly name: string;
  readonly input: ResourceType<I>;
  readonly inputId?: string;
  readonly output: ResourceType<O>;
  readonly outputKind?: OutputKind;
  readonly map: (input: Resource<I>) => string | undefined;
  readonly transform: (input: Resource<I>, log: Logger) => O | undefined;
}): Controller {
  const { map, transform: make, ...rest } = definition;
  return deriveController({
    ...rest,
    group: (input) => (input.metadata.phase === 'running' ? map(input) : undefined),
    derive: (inputs, _id, log) => {
      const last = inputs.at(-1);
      return last === undefined ? undefined : make(last, log);
    },
  });
}
