import { collection, defineController, exclusive, weak, type Controller, type State } from '@cosi-ts/runtime';
import type { Scenario } from '@cosi-ts/testing';
import { Claim, Volume } from './resources.ts';

/** A controller with a bug of a class, beside the same without it. */
export interface Bug {
  readonly name: string;
  /** Where such bugs were found. */
  readonly source: string;
  readonly buggy: () => readonly Controller[];
  readonly fixed: () => readonly Controller[];
  readonly steps: Scenario['steps'];
  readonly atRest?: Scenario['atRest'];
  readonly invariant?: Scenario['invariant'];
  /** Throws unless the state is what the last step wants. */
  readonly matches: (state: State) => Promise<void>;
  /** Simulated milliseconds within which they must come to rest. */
  readonly within?: number;
}

export const one = (controller: Controller) => (): readonly Controller[] => [controller];

/** How it is done: everything follows from what there is now, and can be done again. */
export const volumeOfEachClaim: Controller = defineController({
  name: 'volumes',
  ports: { claims: weak(Claim), volumes: exclusive(Volume) },
  async reconcile({ claims, volumes }) {
    const ids = new Set<string>();
    for (const { metadata, spec } of await claims.list()) {
      ids.add(metadata.id);
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
    }
    for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) await volumes.remove(metadata.id);
  },
});

export const create =
  (id: string, size: number) =>
  (state: State): Promise<unknown> =>
    collection(state, Claim).create(id, { size });

/** Makes it if there is none. */
export const resize =
  (id: string, size: number) =>
  (state: State): Promise<unknown> =>
    collection(state, Claim).set(id, { size });

/** Torn down, and destroyed once nobody holds it. */
export const remove =
  (id: string) =>
  async (state: State): Promise<void> => {
    const claims = collection(state, Claim);
    if ((await claims.find(id)) !== undefined && (await claims.teardown(id))) await claims.destroy(id);
  };

/** What the users of claims do about those they tore down: they go once nobody holds them. */
export async function finish(state: State): Promise<void> {
  const claims = collection(state, Claim);
  for (const { metadata } of await claims.list()) {
    if (metadata.phase === 'tearingDown' && metadata.finalizers.length === 0) await claims.destroy(metadata.id);
  }
}

/** Every claim has its volume, of its size, and there are no others. */
export async function everyClaimHasItsVolume(state: State): Promise<void> {
  const wanted = (await collection(state, Claim).list()).map(({ metadata, spec }) => `${metadata.id}=${spec.size}`);
  const volumes = (await collection(state, Volume).list()).map(({ spec }) => `${spec.claim}=${spec.size}`);
  if (wanted.join() !== volumes.join()) throw new Error(`claims are ${wanted.join()}, volumes are ${volumes.join()}`);
}
