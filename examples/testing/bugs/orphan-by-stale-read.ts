import { collection, defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { create, volumeOfEachClaim, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

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
export const orphanByStaleRead: Bug = {
  name: 'an orphan by a stale cached read',
  source: 'Sieve: stale states, a kind that lags behind another',
  buggy: () => [volumeOfEachClaim, wiper(false)],
  fixed: () => [volumeOfEachClaim, wiper(true)],
  steps: [create('a', 1)],
  matches: async (state) => {
    const ordered = (await collection(state, Report).list()).map(({ metadata }) => metadata.id);
    const claimed = (await collection(state, Claim).list()).map(({ metadata }) => metadata.id);
    const wrong = ordered.filter((id) => claimed.includes(id));
    if (wrong.length > 0) throw new Error(`to be wiped though claimed: ${wrong.join()}`);
  },
};
