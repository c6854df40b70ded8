import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Receipt, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), receipts: exclusive(Receipt) } as const;

export const hasty = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, receipts }) {
    for (const { metadata, spec } of await claims.list()) {
      const receipt = await receipts.find(metadata.id);
      if (receipt?.spec.size === spec.size) continue;
      await receipts.set(metadata.id, { size: spec.size });
      await volumes.set(metadata.id, { size: spec.size, state: 'ready' });
    }
  },
});

export const careful = defineController({
  name: 'volumes',
  ports,
  async reconcile({ claims, volumes, receipts }) {
    for (const { metadata, spec } of await claims.list()) {
      await volumes.set(metadata.id, { size: spec.size, state: 'ready' });
      await receipts.set(metadata.id, { size: spec.size });
    }
  },
});
