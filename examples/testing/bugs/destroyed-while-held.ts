import { defineController, exclusive, strong, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, remove, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

/** Holds every volume while it runs. */
const mounts = defineController({
  name: 'mounts',
  ports: { volumes: strong(Volume), reports: exclusive(Report) },
  async reconcile({ volumes }) {
    for (const { metadata } of await volumes.list()) {
      if (metadata.phase === 'running') await volumes.addFinalizer(metadata.id, 'mounts');
      else await volumes.removeFinalizer(metadata.id, 'mounts');
    }
  },
});

/** Somebody holds the output: the destruction is refused, which is taken for a detail. */
export const destroyedWhileHeld: Bug = {
  name: 'an output destroyed while somebody holds it',
  source: 'omni #504, #583: a teardown stuck without an explanation',
  buggy: () => [
    mounts,
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }, { log }) {
        const ids = new Set<string>();
        for (const { metadata, spec } of await claims.list()) {
          ids.add(metadata.id);
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (!ids.has(metadata.id)) await volumes.destroy(metadata.id).catch(() => log.warn('still held'));
        }
      },
    }),
  ],
  fixed: () => [mounts, volumeOfEachClaim],
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};
