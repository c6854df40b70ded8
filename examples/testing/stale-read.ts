import { defineController, exclusive, weak } from '@cosi-ts/runtime';
import { Claim, Note, Volume } from './resources.ts';
import { fixed as volumes } from './missed-deletion.ts';

const ports = { claims: weak(Claim), volumes: weak(Volume), orders: exclusive(Note) } as const;

/** Orders that volumes without a claim be wiped. What it reads may lag behind: the volume is there, its claim not yet. */
const wiper = defineController({
  name: 'wiper',
  ports,
  async reconcile({ claims, volumes, orders }) {
    const claimed = new Set((await claims.list()).map(({ metadata }) => metadata.id));
    for (const { metadata } of await volumes.list()) {
      if (!claimed.has(metadata.id)) await orders.set(metadata.id, { value: 1 });
    }
  },
});

/** Takes an order back once it sees the claim, so that an old view is made good by the next. */
const carefulWiper = defineController({
  name: 'wiper',
  ports,
  async reconcile({ claims, volumes, orders }) {
    const claimed = new Set((await claims.list()).map(({ metadata }) => metadata.id));
    for (const { metadata } of await volumes.list()) {
      if (!claimed.has(metadata.id)) await orders.set(metadata.id, { value: 1 });
    }
    for (const { metadata } of await orders.list()) {
      if (claimed.has(metadata.id)) await orders.remove(metadata.id);
    }
  },
});

export const buggy = [volumes, wiper];
export const fixed = [volumes, carefulWiper];
