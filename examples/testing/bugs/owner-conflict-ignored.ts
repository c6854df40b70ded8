import { defineController, shared, weak, OwnerConflictError, type Controller } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, resize, type Bug } from '../bug.ts';
import { Claim, Volume } from '../resources.ts';

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
export const ownerConflictIgnored: Bug = {
  name: 'an owner conflict ignored',
  source: 'Kivi: controllers together fail though each is right alone',
  buggy: provisioners(true),
  fixed: provisioners(false),
  steps: [create('a', 1), resize('a', 20)],
  matches: everyClaimHasItsVolume,
};
