import type { Host } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Controller, State } from '@cosi-ts/runtime';
import type { Simulation } from '../simulation/simulation.ts';

/** One change of a resource, undefined where it was or is not there. */
export interface Change {
  readonly before: Resource | undefined;
  readonly after: Resource | undefined;
}

/** Makes controllers. */
export type Controllers = (host: Host) => readonly Controller[];

/** Controllers, and what users do to their inputs: what is perturbed. */
export interface Scenario {
  /** Made anew for each run, so that nothing is carried from one to the next; with the simulated host, for who needs it. */
  readonly controllers: Controllers;
  /** What else there is in the world before the controllers start: files, other nodes, a service. */
  readonly setting?: ((sim: Simulation, host: Host) => Promise<unknown>) | undefined;
  /** What users do, step by step; after each the controllers come to rest. */
  readonly steps: readonly ((state: State) => Promise<unknown>)[];
  /** What users do whenever all is at rest: destroy what they tore down and nobody holds any more, say. */
  readonly atRest?: ((state: State) => Promise<unknown>) | undefined;
  /** Types beside those of the controllers' ports that the outcome is compared by. */
  readonly types?: readonly ResourceType[] | undefined;
  /** Throws unless the present state is what the last step wants. Asked at rest, after the last step. */
  readonly matches?: ((state: State) => Promise<void>) | undefined;
  /**
   * Throws if something that must always hold does not. Asked after every change of a resource, with that change, and
   * at rest after each step.
   */
  readonly invariant?: ((state: State, change?: Change) => Promise<void> | void) | undefined;
  /**
   * What must be the same in every run, of one resource; undefined leaves it out, and how often it was made. By default
   * everything but versions and times.
   */
  readonly observe?: ((resource: Resource) => unknown) | undefined;
}

/** The kinds of the controllers' ports, and others, once each. */
export function typesOf(
  controllers: readonly Controller[],
  others: readonly ResourceType[] = [],
): readonly ResourceType[] {
  const ports = controllers.flatMap(({ ports }) => Object.values(ports).map(({ type }) => type));
  const byKind = new Map([...ports, ...others].map((type) => [`${type.namespace}/${type.type}`, type]));
  return [...byKind.values()];
}
