import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** What to do is remembered from the first look, and acted on at a later one. */
export const remembersInMemory: Bug = {
  name: 'a decision that lives in memory only',
  source: 'Sieve: intermediate states',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: ({ wake }) => {
        const pending = new Map<string, number>();
        return async ({ claims, volumes, reports }) => {
          for (const [id, size] of pending) {
            pending.delete(id);
            await volumes.set(id, { claim: id, size });
          }
          for (const { metadata, spec } of await claims.list()) {
            if ((await reports.find(metadata.id))?.spec.size === spec.size) continue;
            pending.set(metadata.id, spec.size);
            await reports.set(metadata.id, { size: spec.size });
            wake();
          }
        };
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 3)],
  matches: everyClaimHasItsVolume,
};
