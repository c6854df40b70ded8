import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Controller, State } from '@cosi-ts/runtime';

/** Controllers, and what users do to their inputs: what is perturbed. */
export interface Scenario {
  /** Made anew for each run, so that nothing is carried from one to the next. */
  readonly controllers: () => readonly Controller[];
  /** What users do, step by step; after each the controllers come to rest. */
  readonly steps: readonly ((state: State) => Promise<unknown>)[];
  /** What users do whenever all is at rest: destroy what they tore down and nobody holds any more, say. */
  readonly atRest?: ((state: State) => Promise<unknown>) | undefined;
  /** Types beside those of the controllers' ports that the outcome is compared by. */
  readonly types?: readonly ResourceType[];
  /** Checked after each step, and at the end: throws if something that must always hold does not. */
  readonly invariant?: (state: State) => Promise<void>;
  /**
   * What must be the same in every run, of one resource; undefined leaves it out. By default everything but versions
   * and times.
   */
  readonly observe?: (resource: Resource) => unknown;
}

/** The kinds that a scenario is about, once each. */
export function typesOf({ controllers, types = [] }: Scenario): readonly ResourceType[] {
  const ports = controllers().flatMap((controller) => Object.values(controller.ports).map(({ type }) => type));
  const byKind = new Map([...ports, ...types].map((type) => [`${type.namespace}/${type.type}`, type]));
  return [...byKind.values()];
}
