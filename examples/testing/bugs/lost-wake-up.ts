import { defineQueueController, exclusive, primary } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, type Bug } from '../bug.ts';
import { Claim, Volume } from '../resources.ts';

/** One flag for all keys: who comes while it is up goes away, and is not called again. */
export const lostWakeUp: Bug = {
  name: 'a lost wake-up',
  source: 'known from practice: a flag for "busy"',
  buggy: one(
    defineQueueController({
      name: 'volumes',
      ports: { claims: primary(Claim), volumes: exclusive(Volume) },
      concurrency: 2,
      start: () => {
        let isBusy = false;
        return async ({ claims, volumes }, id) => {
          if (isBusy) return;
          isBusy = true;
          try {
            const claim = await claims.find(id);
            if (claim !== undefined) await volumes.set(id, { claim: id, size: claim.spec.size });
          } finally {
            isBusy = false;
          }
        };
      },
    }),
  ),
  fixed: one(
    defineQueueController({
      name: 'volumes',
      ports: { claims: primary(Claim), volumes: exclusive(Volume) },
      concurrency: 2,
      async reconcile({ claims, volumes }, id) {
        const claim = await claims.find(id);
        if (claim !== undefined) await volumes.set(id, { claim: id, size: claim.spec.size });
      },
    }),
  ),
  steps: [(state) => Promise.all([create('a', 1)(state), create('b', 1)(state)])],
  matches: everyClaimHasItsVolume,
};
