import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

/** The difference is added; if the answer is lost it is added once more. */
export const addedTwice: Bug = {
  name: 'a difference that is added twice',
  source: 'ambiguous errors: the write that failed was made',
  buggy: one(
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) },
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          const { id } = metadata;
          const known = (await reports.find(id))?.spec.size ?? 0;
          if (known === spec.size) continue;
          const size = ((await volumes.find(id))?.spec.size ?? 0) + spec.size - known;
          await volumes.set(id, { claim: id, size });
          await reports.set(id, { size: spec.size });
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 3)],
  matches: everyClaimHasItsVolume,
};
