import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** An error is logged and forgotten: nothing comes again until something else changes. */
export const swallowedError: Bug = {
  name: 'a swallowed error',
  source: 'Acto: operators that do not recover from a failed call',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }, { log }) {
        for (const { metadata, spec } of await claims.list()) {
          try {
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          } catch (error) {
            log.warn('volume not written', { error: String(error) });
          }
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};
