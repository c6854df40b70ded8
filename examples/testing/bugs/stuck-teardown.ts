import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** Torn down and destroyed in two calls, but only what still runs is looked at again. */
export const stuckTeardown: Bug = {
  name: 'an output stuck in teardown',
  source: 'omni #504: a restart between teardown and destroy',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (metadata.phase !== 'running' || (await claims.find(metadata.id)) !== undefined) continue;
          if (await volumes.teardown(metadata.id)) await volumes.destroy(metadata.id);
        }
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
        for (const { metadata } of await volumes.list()) {
          if ((await claims.find(metadata.id)) !== undefined) continue;
          if (await volumes.teardown(metadata.id)) await volumes.destroy(metadata.id);
        }
      },
    }),
  ),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};
