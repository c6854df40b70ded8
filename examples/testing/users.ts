import { collection, type State } from '@cosi-ts/runtime';
import { Claim, Note, Volume } from './resources.ts';

type Step = (state: State) => Promise<unknown>;

/** Makes a claim, or changes its size. */
export const ask =
  (id: string, size: number): Step =>
  (state) =>
    collection(state, Claim).set(id, { size });

/** Takes a claim back, if there is one. */
export const takeBack =
  (id: string): Step =>
  async (state) => {
    const claims = collection(state, Claim);
    if ((await claims.find(id)) === undefined) return;
    if (await claims.teardown(id)) await claims.destroy(id);
  };

/** Throws unless every claim has a volume of its size, and there are no other volumes. */
export async function everyClaimHasItsVolume(state: State): Promise<void> {
  const claims = (await collection(state, Claim).list()).map(({ metadata, spec }) => `${metadata.id}=${spec.size}`);
  const volumes = (await collection(state, Volume).list()).map(({ spec }) => `${spec.claim}=${spec.size}`);
  if (claims.join() !== volumes.join()) throw new Error(`claims are ${claims.join()}, volumes are ${volumes.join()}`);
}

/** Throws if somebody ordered that the volume of a claim be wiped. */
export async function nothingClaimedIsWiped(state: State): Promise<void> {
  const claimed = new Set((await collection(state, Claim).list()).map(({ metadata }) => metadata.id));
  const ordered = (await collection(state, Note).list()).map(({ metadata }) => metadata.id);
  const wrong = ordered.filter((id) => claimed.has(id));
  if (wrong.length > 0) throw new Error(`to be wiped though claimed: ${wrong.join()}`);
}
