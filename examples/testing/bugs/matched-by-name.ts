import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** The orphans are found by the beginning of their names. */
export const matchedByName: Bug = {
  name: 'matched by a part of the name',
  source: 'known from practice: what is matched is not what is owned',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        const present = await claims.list();
        for (const { metadata, spec } of present) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (!present.some((claim) => metadata.id.startsWith(claim.metadata.id))) await volumes.destroy(metadata.id);
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), create('ab', 1), remove('ab')],
  matches: everyClaimHasItsVolume,
};
