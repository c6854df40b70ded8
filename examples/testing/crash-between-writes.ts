import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Note, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), done: exclusive(Note) } as const;

/** Notes that a claim is done, then does it. After a crash between the two, the note says that nothing is left to do. */
export const buggy = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, done }) {
    for (const { metadata, spec } of await claims.list()) {
      if ((await done.find(metadata.id))?.spec.value === spec.size) continue;
      await done.set(metadata.id, { value: spec.size });
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
    }
  },
});

/** The work comes first, and the note is for readers only: nothing is concluded from it. */
export const fixed = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, done }) {
    for (const { metadata, spec } of await claims.list()) {
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
      await done.set(metadata.id, { value: spec.size });
    }
  },
});
