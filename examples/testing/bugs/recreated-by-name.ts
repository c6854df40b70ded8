import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** Which volumes must go is decided at one time and done at another, and the claim may be back by then. */
export const recreatedByName: Bug = {
  name: 'deleted and created again by name',
  source: 'Sieve: MongoDB operator, live object deleted',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        const doomed = new Set<string>();
        return async ({ claims, volumes }) => {
          const ids = new Set<string>();
          for (const { metadata, spec } of await claims.list()) {
            ids.add(metadata.id);
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          }
          for (const id of doomed) if ((await volumes.find(id)) !== undefined) await volumes.destroy(id);
          doomed.clear();
          for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) doomed.add(metadata.id);
          return doomed.size > 0 ? { requeueAfter: 1000 } : undefined;
        };
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};
