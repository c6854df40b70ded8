import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** It cleans up when it sees a claim on its way out; one that came and went unseen leaves its volume behind. */
export const missedDeletionMark: Bug = {
  name: 'a missed deletion mark',
  source: 'Sieve: Cassandra operator, volume leak',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        let seen = new Set<string>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const id of seen) if (!ids.has(id)) await volumes.destroy(id);
          seen = ids;
        };
      },
    }),
  ),
  fixed: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        const present = await claims.list();
        for (const { metadata, spec } of present) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        const ids = new Set(present.map(({ metadata }) => metadata.id));
        for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) await volumes.destroy(metadata.id);
      },
    }),
  ),
  steps: [create('a', 1), create('b', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};
