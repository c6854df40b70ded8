import { OwnerConflictError, defineController, exclusive, shared, weak, type Controller } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, resize, type Bug } from './bug.ts';
import { Claim, Report, Volume } from './resources.ts';

/** Small claims are one's, large ones another's; a claim that grows goes from hand to hand. */
const provisioner = (name: string, isMine: (size: number) => boolean, ignoresConflicts: boolean): Controller =>
  defineController({
    name,
    ports: { claims: weak(Claim), volumes: shared(Volume) },
    async reconcile({ claims, volumes }) {
      const mine = (await claims.list()).filter(({ spec }) => isMine(spec.size));
      const ids = new Set(mine.map(({ metadata }) => metadata.id));
      for (const { metadata } of await volumes.list()) {
        if (metadata.owner === name && !ids.has(metadata.id)) await volumes.remove(metadata.id);
      }
      for (const { metadata, spec } of mine) {
        try {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        } catch (thrown) {
          if (!(ignoresConflicts && thrown instanceof OwnerConflictError)) throw thrown;
        }
      }
    },
  });

const provisioners = (ignoresConflicts: boolean) => (): readonly Controller[] => [
  provisioner('large', (size) => size >= 10, ignoresConflicts),
  provisioner('small', (size) => size < 10, ignoresConflicts),
];

/** That it is somebody else's is taken for the last word, but it was only not yet free. */
const ownerConflictIgnored: Bug = {
  name: 'an owner conflict ignored',
  source: 'Kivi: controllers together fail though each is right alone',
  wrong: provisioners(true),
  right: provisioners(false),
  steps: [create('a', 1), resize('a', 20)],
  matches: everyClaimHasItsVolume,
};

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

const oscillatingPair: Bug = {
  name: 'an oscillating pair',
  source: 'Kivi: controllers together oscillate even when each is right alone',
  wrong: scalers(0),
  right: scalers(1),
  steps: [create('a', 1)],
  matches: () => Promise.resolve(),
  within: 120_000,
};

export const PAIR_BUGS: readonly Bug[] = [ownerConflictIgnored, oscillatingPair];
