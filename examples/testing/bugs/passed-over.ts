import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Volume } from '../resources.ts';

/** The last that came and went is remembered by name, so what came again under that name is passed over. */
export const passedOver: Bug = {
  name: 'a new one taken for the one of before',
  source: 'Sieve: unobserved states, deleted and created again',
  buggy: one(
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume) },
      start: () => {
        const sizes = new Map<string, number>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            // A claim's size never shrinks, so the largest that was seen is the present one.
            const size = Math.max(sizes.get(metadata.id) ?? 0, spec.size);
            sizes.set(metadata.id, size);
            await volumes.set(metadata.id, { claim: metadata.id, size });
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const { metadata } of await volumes.list()) {
            if (ids.has(metadata.id)) continue;
            sizes.delete(metadata.id);
            await volumes.remove(metadata.id);
          }
        };
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 3), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};
