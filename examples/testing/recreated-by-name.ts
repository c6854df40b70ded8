import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume) } as const;

/** Grants a second of grace, then removes by name. By then the name may be that of a new claim. */
export const buggy = defineController({
  name: 'volumes',
  ports,
  start: () => {
    const doomed = new Set<string>();
    return async ({ claims, volumes }) => {
      const ids = new Set<string>();
      for (const { metadata, spec } of await claims.list()) {
        ids.add(metadata.id);
        await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
      }
      for (const id of doomed) await volumes.remove(id);
      doomed.clear();
      for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) doomed.add(metadata.id);
      return doomed.size > 0 ? { requeueAfter: 1000 } : undefined;
    };
  },
});

/** Asks again, at the time of the removal, whether the volume is still claimed by nobody. */
export const fixed = defineController({
  name: 'volumes',
  ports,
  start: () => {
    const doomed = new Set<string>();
    return async ({ claims, volumes }) => {
      const ids = new Set<string>();
      for (const { metadata, spec } of await claims.list()) {
        ids.add(metadata.id);
        await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
      }
      for (const id of doomed) if (!ids.has(id)) await volumes.remove(id);
      doomed.clear();
      for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) doomed.add(metadata.id);
      return doomed.size > 0 ? { requeueAfter: 1000 } : undefined;
    };
  },
});
