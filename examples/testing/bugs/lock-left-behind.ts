import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** A mark says that somebody works on it, and stays when that one dies. */
export const lockLeftBehind: Bug = {
  name: 'a lock left behind by a crash',
  source: 'Sieve: intermediate states',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          if ((await reports.find(metadata.id))?.spec.size === 1) continue;
          if ((await volumes.find(metadata.id))?.spec.size === spec.size) continue;
          await reports.set(metadata.id, { size: 1 });
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          await reports.set(metadata.id, { size: 0 });
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};
