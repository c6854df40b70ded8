import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, resize, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** The volume follows the report, and the report is written first: a crash between them is never made good. */
export const reportBeforeWork: Bug = {
  name: 'two writes with a crash between',
  source: 'Sieve: RabbitMQ operator, volume resize',
  buggy: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          const reported = await reports.find(metadata.id);
          if (reported?.spec.size === spec.size) continue;
          await reports.set(metadata.id, { size: spec.size });
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
      },
    }),
  ),
  fixed: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          await reports.set(metadata.id, { size: spec.size });
        }
      },
    }),
  ),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};
