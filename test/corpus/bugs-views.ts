import { collection, defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, resize, volumeOfEachClaim, type Bug } from './bug.ts';
import { Claim, Report, Volume } from './resources.ts';

/** Orders that a volume be wiped whose claim it does not see. */
const wiper = (mayRevoke: boolean): Controller =>
  defineController({
    name: 'wiper',
    ports: { claims: weak(Claim), volumes: weak(Volume), orders: exclusive(Report) },
    async reconcile({ claims, volumes, orders }) {
      const claimed = new Set((await claims.list()).map(({ metadata }) => metadata.id));
      const present = await volumes.list();
      for (const { metadata } of present) if (!claimed.has(metadata.id)) await orders.set(metadata.id, { size: 0 });
      if (!mayRevoke) return;
      for (const { metadata } of await orders.list()) if (claimed.has(metadata.id)) await orders.remove(metadata.id);
    },
  });

/** The volume is there and the claim is not: so it looks while the claims are read from a cache that lags behind. */
const orphanByStaleRead: Bug = {
  name: 'an orphan by a stale cached read',
  source: 'Sieve: stale states, a kind that lags behind another',
  wrong: () => [volumeOfEachClaim, wiper(false)],
  right: () => [volumeOfEachClaim, wiper(true)],
  steps: [create('a', 1)],
  matches: async (state) => {
    const ordered = (await collection(state, Report).list()).map(({ metadata }) => metadata.id);
    const claimed = (await collection(state, Claim).list()).map(({ metadata }) => metadata.id);
    const wrong = ordered.filter((id) => claimed.includes(id));
    if (wrong.length > 0) throw new Error(`to be wiped though claimed: ${wrong.join()}`);
  },
};

/** The difference is added; if the answer is lost it is added once more. */
const addedTwice: Bug = {
  name: 'a difference that is added twice',
  source: 'ambiguous errors: the write that failed was made',
  wrong: one(
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) },
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          const { id } = metadata;
          const known = (await reports.find(id))?.spec.size ?? 0;
          if (known === spec.size) continue;
          const size = ((await volumes.find(id))?.spec.size ?? 0) + spec.size - known;
          await volumes.set(id, { claim: id, size });
          await reports.set(id, { size: spec.size });
        }
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 3)],
  matches: everyClaimHasItsVolume,
};

/** The last that came and went is remembered by name, so what came again under that name is passed over. */
const passedOver: Bug = {
  name: 'a new one taken for the one of before',
  source: 'Sieve: unobserved states, deleted and created again',
  wrong: one(
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume) },
      start: () => {
        const sizes = new Map<string, number>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            // A claim's size never shrinks, so the largest that was seen is the present one.
            const size = Math.max(sizes.get(metadata.id) ?? 0, spec.size);
            sizes.set(metadata.id, size);
            await volumes.set(metadata.id, { claim: metadata.id, size });
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const { metadata } of await volumes.list()) {
            if (ids.has(metadata.id)) continue;
            sizes.delete(metadata.id);
            await volumes.remove(metadata.id);
          }
        };
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 3), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};

export const VIEW_BUGS: readonly Bug[] = [orphanByStaleRead, addedTwice, passedOver];
