import type { Logger } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Controller } from '../controller.ts';
import type { OutputKind } from '../ports.ts';
import { deriveController } from './derive.ts';

/**
 * One output for each key that inputs share: `key` groups them (undefined: left out), `merge` makes the output's
 * spec of a group, given in the order of ids.
 */
export function merge<I, O>(definition: {
  readonly name: string;
  readonly input: ResourceType<I>;
  readonly output: ResourceType<O>;
  readonly outputKind?: OutputKind;
  readonly key: (input: Resource<I>) => string | undefined;
  readonly merge: (inputs: readonly Resource<I>[], key: string, log: Logger) => O | undefined;
}): Controller {
  const { key, merge: make, ...rest } = definition;
  return deriveController({
    ...rest,
    group: (input) => (input.metadata.phase === 'running' ? key(input) : undefined),
    derive: make,
  });
}
