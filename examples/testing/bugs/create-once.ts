import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** It takes "exists already" for somebody else's doing, and never gets over its own creation. */
export const createOnce: Bug = {
  name: 'a create that is not repeatable',
  source: 'ambiguous errors; etcd: a timed-out write may have happened',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        const made = new Set<string>();
        return async ({ claims, volumes }) => {
          for (const { metadata, spec } of await claims.list()) {
            if (made.has(metadata.id) || (await volumes.find(`${metadata.id}-1`)) !== undefined) continue;
            made.add(metadata.id);
            await volumes.create(`${metadata.id}-${made.size}`, { claim: metadata.id, size: spec.size });
          }
        };
      },
    }),
  ),
  fixed: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
      },
    }),
  ),
  steps: [create('b', 1), create('a', 1)],
  matches: everyClaimHasItsVolume,
};
