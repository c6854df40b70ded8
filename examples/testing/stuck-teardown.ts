import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume) } as const;

/** Passes over volumes in teardown, as if somebody saw to them. After a crash before the destruction nobody does. */
export const buggy = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes }) {
    for (const { metadata, spec } of await claims.list()) {
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
    }
    for (const { metadata } of await volumes.list()) {
      if (metadata.phase === 'tearingDown') continue;
      if ((await claims.find(metadata.id)) !== undefined) continue;
      if (await volumes.teardown(metadata.id)) await volumes.destroy(metadata.id);
    }
  },
});

/** Tearing down what is torn down already does no harm, and its answer says whether it may be destroyed. */
export const fixed = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes }) {
    for (const { metadata, spec } of await claims.list()) {
      await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
    }
    for (const { metadata } of await volumes.list()) {
      if ((await claims.find(metadata.id)) !== undefined) continue;
      if (await volumes.teardown(metadata.id)) await volumes.destroy(metadata.id);
    }
  },
});
