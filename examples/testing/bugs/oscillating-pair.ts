import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { create, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

/** One makes room when there is none; the other takes away what is not needed. */
const scalers = (tolerance: number) => (): readonly Controller[] => [
  defineController({
    name: 'grow',
    ports: { claims: weak(Claim), reports: weak(Report), volumes: exclusive(Volume) },
    changeRate: { rate: 1, burst: 1 },
    async reconcile({ claims, reports, volumes }) {
      for (const { metadata, spec } of await claims.list()) {
        const isFull = (await reports.find(metadata.id))?.spec.size === 1;
        await volumes.set(metadata.id, { claim: metadata.id, size: isFull ? spec.size + 1 : spec.size });
      }
    },
  }),
  defineController({
    name: 'watermark',
    ports: { claims: weak(Claim), volumes: weak(Volume), reports: exclusive(Report) },
    changeRate: { rate: 1, burst: 1 },
    async reconcile({ claims, volumes, reports }) {
      for (const { metadata, spec } of await claims.list()) {
        const volume = await volumes.find(metadata.id);
        if (volume !== undefined) {
          await reports.set(metadata.id, { size: volume.spec.size - spec.size > tolerance ? 0 : 1 });
        }
      }
    },
  }),
];

export const oscillatingPair: Bug = {
  name: 'an oscillating pair',
  source: 'Kivi: controllers together oscillate even when each is right alone',
  buggy: scalers(0),
  fixed: scalers(1),
  steps: [create('a', 1)],
  matches: () => Promise.resolve(),
  within: 120_000,
};
