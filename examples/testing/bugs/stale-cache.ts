import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** It believes its own notes of what it wrote, and the notes outlive what they are about. */
export const staleCache: Bug = {
  name: 'a cache in memory that outlives its subject',
  source: 'Sieve: MongoDB operator, delete and recreate by name',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        const written = new Map<string, number>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            if (written.get(metadata.id) === spec.size) continue;
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
            written.set(metadata.id, spec.size);
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const { metadata } of await volumes.list()) {
            if (!ids.has(metadata.id)) await volumes.destroy(metadata.id);
          }
        };
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};
