import { collection, defineQueueController, exclusive, mapped, primary } from '@cosi-ts/runtime';
import { create, one, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

/** A wake-up is sent to the resource of the same name, not to the one that is meant. */
export const wrongKey: Bug = {
  name: 'a change mapped to the wrong key',
  source: 'known from practice: watches of what is referred to',
  ...(() => {
    const ports = { claims: primary(Claim), volumes: mapped(Volume), reports: exclusive(Report) } as const;
    const report = (keysOf: (id: string, claim: string | undefined) => readonly string[]) =>
      one(
        defineQueueController({
          name: 'reports',
          ports,
          mappers: {
            volumes: (id, volume) =>
              keysOf(id, volume === undefined ? undefined : (volume.spec as { claim: string }).claim),
          },
          async reconcile({ claims, volumes, reports }, id) {
            if ((await claims.find(id)) === undefined) return;
            const mine = (await volumes.list()).filter(({ spec }) => spec.claim === id);
            await reports.set(id, { size: mine.reduce((sum, { spec }) => sum + spec.size, 0) });
          },
        }),
      );
    return { buggy: report((id) => [id]), fixed: report((_id, claim) => (claim === undefined ? [] : [claim])) };
  })(),
  steps: [create('a', 1), (state) => collection(state, Volume).create('disk-1', { claim: 'a', size: 3 })],
  matches: async (state) => {
    const size = (await collection(state, Report).find('a'))?.spec.size;
    if (size !== 3) throw new Error(`the report says ${size}`);
  },
};
