import { collection, defineController, exclusive, weak } from '@cosi-ts/runtime';
import { create, one, type Bug } from '../bug.ts';
import { Claim, Report, Volume } from '../resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** What is reported was counted before the work, and the work does not wake the one who did it. */
export const readBeforeWrite: Bug = {
  name: 'a report of what was read before the write',
  source: 'stale reads after own writes, the most repeated complaint',
  ...(() => {
    const counting = (isLate: boolean) =>
      one(
        defineController({
          name: 'volumes',
          ports,
          async reconcile({ claims, volumes, reports }) {
            const before = (await volumes.list()).length;
            for (const { metadata, spec } of await claims.list()) {
              await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
            }
            await reports.set('total', { size: isLate ? (await volumes.list()).length : before });
          },
        }),
      );
    return { buggy: counting(false), fixed: counting(true) };
  })(),
  steps: [create('a', 1)],
  matches: async (state) => {
    const [claims, total] = [await collection(state, Claim).list(), await collection(state, Report).find('total')];
    if (total?.spec.size !== claims.length) throw new Error(`the report says ${total?.spec.size}`);
  },
};
