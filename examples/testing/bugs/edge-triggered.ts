import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** Only what changed since the first look is acted on, so what was missed while it was away stays missed. */
export const edgeTriggered: Bug = {
  name: 'edge-triggered: what was there at the start is taken for done',
  source: 'Anvil: a controller must come to the state from wherever it starts',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        let known: Map<string, number> | undefined;
        return async ({ claims, volumes }) => {
          const now = new Map((await claims.list()).map(({ metadata, spec }) => [metadata.id, spec.size]));
          const before = known ?? now;
          known = now;
          for (const [id, size] of now) if (before.get(id) !== size) await volumes.set(id, { claim: id, size });
        };
      },
    }),
  ),
  fixed: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};
