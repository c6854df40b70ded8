import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume) } as const;

/** Remembers the claims it saw, to notice those that are gone. After a restart it remembers none, and their volumes stay. */
export const buggy = defineController({
  name: 'volumes',
  ports,
  start: () => {
    let seen = new Set<string>();
    return async ({ claims, volumes }) => {
      const ids = new Set<string>();
      for (const { metadata, spec } of await claims.list()) {
        ids.add(metadata.id);
        await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
      }
      for (const id of seen) if (!ids.has(id)) await volumes.remove(id);
      seen = ids;
    };
  },
});

/** Compares what there is with what shall be; nothing needs to be remembered. */
export const fixed = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes }) {
    const ids = new Set<string>();
    for (const { metadata, spec } of await claims.list()) {
      ids.add(metadata.id);
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
    }
    for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) await volumes.remove(metadata.id);
  },
});
