import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { Claim, Note, Volume } from './resources.ts';

/** Looks once a second at most. Gives a volume one more than was asked for while it is said to be full. */
const grow = defineController({
  name: 'grow',
  ports: { claims: weak(Claim), full: weak(Note), volumes: exclusive(Volume) },
  changeRate: { rate: 1, burst: 1 },
  async reconcile({ claims, full, volumes }) {
    for (const { metadata, spec } of await claims.list()) {
      const isFull = (await full.find(metadata.id))?.spec.value === 1;
      await volumes.set(metadata.id, { claim: metadata.id, size: isFull ? spec.size + 1 : spec.size });
    }
  },
});

/** Says that a volume is full unless it has more to spare than `spare`. */
const watermark = (spare: number): Controller =>
  defineController({
    name: 'watermark',
    ports: { claims: weak(Claim), volumes: weak(Volume), full: exclusive(Note) },
    changeRate: { rate: 1, burst: 1 },
    async reconcile({ claims, volumes, full }) {
      for (const { metadata, spec } of await claims.list()) {
        const volume = await volumes.find(metadata.id);
        if (volume === undefined) continue;
        await full.set(metadata.id, { value: volume.spec.size - spec.size > spare ? 0 : 1 });
      }
    },
  });

/** Growing makes it not full, so it shrinks, so it is full. Each of the two is right alone. */
export const buggy = [grow, watermark(0)];

/** What was given for being full is not counted as to spare. */
export const fixed = [grow, watermark(1)];
