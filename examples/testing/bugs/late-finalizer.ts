import { defineController, exclusive, strong } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, finish, one, remove, type Bug } from '../bug.ts';
import { Claim, Volume } from '../resources.ts';

/** The finalizer is added after what it is to guard was made. */
export const lateFinalizer: Bug = {
  name: 'a finalizer added too late',
  source: 'omni PR #2806: finalizer added in a second call after create',
  buggy: one(
    defineController({
      name: 'volumes',
      ports: { claims: strong(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if (metadata.phase === 'running') {
            if (metadata.finalizers.length > 0) continue;
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
            await claims.addFinalizer(metadata.id, 'volumes');
          } else if (metadata.finalizers.includes('volumes')) {
            await claims.removeFinalizer(metadata.id, 'volumes');
            await volumes.destroy(metadata.id);
          }
        }
      },
    }),
  ),
  fixed: one(
    defineController({
      name: 'volumes',
      ports: { claims: strong(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if (metadata.phase === 'running') {
            await claims.addFinalizer(metadata.id, 'volumes');
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          } else if (metadata.finalizers.includes('volumes')) {
            if ((await volumes.find(metadata.id)) !== undefined) await volumes.destroy(metadata.id);
            await claims.removeFinalizer(metadata.id, 'volumes');
          }
        }
      },
    }),
  ),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
  atRest: finish,
};
