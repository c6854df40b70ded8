import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** The write that was just made shall wake it for the rest; but it is its own. */
export const partialList: Bug = {
  name: 'a list processed in part',
  source: 'dsk: requeue before done',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if ((await volumes.find(metadata.id))?.spec.size === spec.size) continue;
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          return;
        }
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), create('b', 1), (state) => Promise.all([resize('a', 2)(state), resize('b', 2)(state)])],
  matches: everyClaimHasItsVolume,
};
