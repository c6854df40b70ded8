import { defineQueueController, exclusive, primary } from '@cosi-ts/runtime';
import { Claim, Volume } from './resources.ts';

const ports = { claims: primary(Claim), volumes: exclusive(Volume) } as const;

/** One flag keeps two workers apart. Who finds it up goes away, and is not called again for that claim. */
export const buggy = defineQueueController({
  name: 'volumes',
  ports,
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
});

/** No flag: the queue never gives one claim to two workers, and different claims do not meet. */
export const fixed = defineQueueController({
  name: 'volumes',
  ports,
  concurrency: 2,
  async reconcile({ claims, volumes }, id) {
    const claim = await claims.find(id);
    if (claim !== undefined) await volumes.set(id, { claim: id, size: claim.spec.size });
  },
});
