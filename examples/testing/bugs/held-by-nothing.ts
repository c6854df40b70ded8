import { defineController, exclusive, strong } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, finish, one, remove, type Bug } from '../bug.ts';
import { Claim, Volume } from '../resources.ts';

/** The finalizer is let go only on the way that finds something to clean up. */
export const heldByNothing: Bug = {
  name: 'a finalizer kept when the work was done already',
  source: 'Sieve: crash between clean-up and release',
  ...(() => {
    const cleaning = (isCareful: boolean) =>
      one(
        defineController({
          name: 'volumes',
          ports: { claims: strong(Claim), volumes: exclusive(Volume) },
          async reconcile({ claims, volumes }) {
            for (const { metadata, spec } of await claims.list()) {
              const { id, phase } = metadata;
              if (phase === 'running') {
                await claims.addFinalizer(id, 'volumes');
                await volumes.set(id, { claim: id, size: spec.size });
              } else if ((await volumes.find(id)) !== undefined) {
                await volumes.destroy(id);
                await claims.removeFinalizer(id, 'volumes');
              } else if (isCareful) {
                await claims.removeFinalizer(id, 'volumes');
              }
            }
          },
        }),
      );
    return { buggy: cleaning(false), fixed: cleaning(true) };
  })(),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
  atRest: finish,
};
