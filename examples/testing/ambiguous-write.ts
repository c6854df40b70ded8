import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Note, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), given: exclusive(Note) } as const;

/** Adds what is missing. If the write is made but its answer is lost, or nobody lives to note it, it is added once more. */
export const buggy = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, given }) {
    for (const { metadata, spec } of await claims.list()) {
      const { id } = metadata;
      const missing = spec.size - ((await given.find(id))?.spec.value ?? 0);
      if (missing === 0) continue;
      const size = (await volumes.find(id))?.spec.size ?? 0;
      await volumes.set(id, { claim: id, size: size + missing });
      await given.set(id, { value: spec.size });
    }
  },
});

/** Writes what shall be, not by how much it differs: twice is as good as once. */
export const fixed = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, given }) {
    for (const { metadata, spec } of await claims.list()) {
      const { id } = metadata;
      await volumes.set(id, { claim: id, size: spec.size });
      await given.set(id, { value: spec.size });
    }
  },
});
