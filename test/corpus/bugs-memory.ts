import {
  collection,
  defineController,
  defineQueueController,
  exclusive,
  mapped,
  primary,
  weak,
} from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, one, remove, resize, volumeOfEachClaim, type Bug } from './bug.ts';
import { Claim, Report, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** It believes its own notes of what it wrote, and the notes outlive what they are about. */
const staleCache: Bug = {
  name: 'a cache in memory that outlives its subject',
  source: 'Sieve: MongoDB operator, delete and recreate by name',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        const written = new Map<string, number>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            if (written.get(metadata.id) === spec.size) continue;
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
            written.set(metadata.id, spec.size);
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const { metadata } of await volumes.list()) {
            if (!ids.has(metadata.id)) await volumes.destroy(metadata.id);
          }
        };
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};

/** Only what changed since the first look is acted on, so what was missed while it was away stays missed. */
const edgeTriggered: Bug = {
  name: 'edge-triggered: what was there at the start is taken for done',
  source: 'Anvil: a controller must come to the state from wherever it starts',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        let known: Map<string, number> | undefined;
        return async ({ claims, volumes }) => {
          const now = new Map((await claims.list()).map(({ metadata, spec }) => [metadata.id, spec.size]));
          const before = known ?? now;
          known = now;
          for (const [id, size] of now) if (before.get(id) !== size) await volumes.set(id, { claim: id, size });
        };
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};

/** Which volumes must go is decided at one time and done at another, and the claim may be back by then. */
const recreatedByName: Bug = {
  name: 'deleted and created again by name',
  source: 'Sieve: MongoDB operator, live object deleted',
  wrong: one(
    defineController({
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
          for (const id of doomed) if ((await volumes.find(id)) !== undefined) await volumes.destroy(id);
          doomed.clear();
          for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) doomed.add(metadata.id);
          return doomed.size > 0 ? { requeueAfter: 1000 } : undefined;
        };
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), remove('a'), create('a', 1)],
  matches: everyClaimHasItsVolume,
};

/** One flag for all keys: who comes while it is up goes away, and is not called again. */
const lostWakeUp: Bug = {
  name: 'a lost wake-up',
  source: 'known from practice: a flag for "busy"',
  wrong: one(
    defineQueueController({
      name: 'volumes',
      ports: { claims: primary(Claim), volumes: exclusive(Volume) },
      concurrency: 2,
      start: () => {
        let isBusy = false;
        return async ({ claims, volumes }, id) => {
          if (isBusy) return;
          isBusy = true;
          try {
            const claim = await claims.find(id);
            if (claim !== undefined) await volumes.set(id, { claim: id, size: claim.spec.size });
          } finally {
            isBusy = false;
          }
        };
      },
    }),
  ),
  right: one(
    defineQueueController({
      name: 'volumes',
      ports: { claims: primary(Claim), volumes: exclusive(Volume) },
      concurrency: 2,
      async reconcile({ claims, volumes }, id) {
        const claim = await claims.find(id);
        if (claim !== undefined) await volumes.set(id, { claim: id, size: claim.spec.size });
      },
    }),
  ),
  steps: [(state) => Promise.all([create('a', 1)(state), create('b', 1)(state)])],
  matches: everyClaimHasItsVolume,
};

/** A wake-up is sent to the resource of the same name, not to the one that is meant. */
const wrongKey: Bug = {
  name: 'a change mapped to the wrong key',
  source: 'known from practice: watches of what is referred to',
  ...(() => {
    const ports = { claims: primary(Claim), volumes: mapped(Volume), reports: exclusive(Report) } as const;
    const report = (keysOf: (id: string, claim: string | undefined) => readonly string[]) =>
      one(
        defineQueueController({
          name: 'reports',
          ports,
          mappers: {
            volumes: (id, volume) =>
              keysOf(id, volume === undefined ? undefined : (volume.spec as { claim: string }).claim),
          },
          async reconcile({ claims, volumes, reports }, id) {
            if ((await claims.find(id)) === undefined) return;
            const mine = (await volumes.list()).filter(({ spec }) => spec.claim === id);
            await reports.set(id, { size: mine.reduce((sum, { spec }) => sum + spec.size, 0) });
          },
        }),
      );
    return { wrong: report((id) => [id]), right: report((_id, claim) => (claim === undefined ? [] : [claim])) };
  })(),
  steps: [create('a', 1), (state) => collection(state, Volume).create('disk-1', { claim: 'a', size: 3 })],
  matches: async (state) => {
    const size = (await collection(state, Report).find('a'))?.spec.size;
    if (size !== 3) throw new Error(`the report says ${size}`);
  },
};

/** What is reported was counted before the work, and the work does not wake the one who did it. */
const readBeforeWrite: Bug = {
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
    return { wrong: counting(false), right: counting(true) };
  })(),
  steps: [create('a', 1)],
  matches: async (state) => {
    const [claims, total] = [await collection(state, Claim).list(), await collection(state, Report).find('total')];
    if (total?.spec.size !== claims.length) throw new Error(`the report says ${total?.spec.size}`);
  },
};

export const MEMORY_BUGS: readonly Bug[] = [
  staleCache,
  edgeTriggered,
  recreatedByName,
  lostWakeUp,
  wrongKey,
  readBeforeWrite,
];
