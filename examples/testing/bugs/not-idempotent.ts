import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** Each remembers how far the other got, and both count. */
export const notIdempotent: Bug = {
  name: 'a write that is not idempotent',
  source: 'Anvil: reaching the state once is not enough',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, reports }) {
        for (const { metadata } of await claims.list()) {
          const report = await reports.find(metadata.id);
          await reports.set(metadata.id, { size: (report?.spec.size ?? 0) + 1 });
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1)],
  matches: everyClaimHasItsVolume,
};
