import { defineController, exclusive, strong, weak } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, finish, one, remove, resize, type Bug } from './bug.ts';
import { DELETION_BUGS } from './bugs-deletion.ts';
import { MEMORY_BUGS } from './bugs-memory.ts';
import { PAIR_BUGS } from './bugs-pairs.ts';
import { VIEW_BUGS } from './bugs-views.ts';
import { Claim, Report, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

/** The volume follows the report, and the report is written first: a crash between them is never made good. */
const reportBeforeWork: Bug = {
  name: 'two writes with a crash between',
  source: 'Sieve: RabbitMQ operator, volume resize',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          const reported = await reports.find(metadata.id);
          if (reported?.spec.size === spec.size) continue;
          await reports.set(metadata.id, { size: spec.size });
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
      },
    }),
  ),
  right: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          await reports.set(metadata.id, { size: spec.size });
        }
      },
    }),
  ),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};

/** It takes "exists already" for somebody else's doing, and never gets over its own creation. */
const createOnce: Bug = {
  name: 'a create that is not repeatable',
  source: 'ambiguous errors; etcd: a timed-out write may have happened',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        const made = new Set<string>();
        return async ({ claims, volumes }) => {
          for (const { metadata, spec } of await claims.list()) {
            if (made.has(metadata.id) || (await volumes.find(`${metadata.id}-1`)) !== undefined) continue;
            made.add(metadata.id);
            await volumes.create(`${metadata.id}-${made.size}`, { claim: metadata.id, size: spec.size });
          }
        };
      },
    }),
  ),
  right: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
      },
    }),
  ),
  steps: [create('b', 1), create('a', 1)],
  matches: everyClaimHasItsVolume,
};

/** It cleans up when it sees a claim on its way out; one that came and went unseen leaves its volume behind. */
const missedDeletionMark: Bug = {
  name: 'a missed deletion mark',
  source: 'Sieve: Cassandra operator, volume leak',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      start: () => {
        let seen = new Set<string>();
        return async ({ claims, volumes }) => {
          const present = await claims.list();
          for (const { metadata, spec } of present) {
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          }
          const ids = new Set(present.map(({ metadata }) => metadata.id));
          for (const id of seen) if (!ids.has(id)) await volumes.destroy(id);
          seen = ids;
        };
      },
    }),
  ),
  right: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        const present = await claims.list();
        for (const { metadata, spec } of present) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        const ids = new Set(present.map(({ metadata }) => metadata.id));
        for (const { metadata } of await volumes.list()) if (!ids.has(metadata.id)) await volumes.destroy(metadata.id);
      },
    }),
  ),
  steps: [create('a', 1), create('b', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};

/** Torn down and destroyed in two calls, but only what still runs is looked at again. */
const stuckTeardown: Bug = {
  name: 'an output stuck in teardown',
  source: 'omni #504: a restart between teardown and destroy',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (metadata.phase !== 'running' || (await claims.find(metadata.id)) !== undefined) continue;
          if (await volumes.teardown(metadata.id)) await volumes.destroy(metadata.id);
        }
      },
    }),
  ),
  right: one(
    defineController({
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
    }),
  ),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};

/** An error is logged and forgotten: nothing comes again until something else changes. */
const swallowedError: Bug = {
  name: 'a swallowed error',
  source: 'Acto: operators that do not recover from a failed call',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }, { log }) {
        for (const { metadata, spec } of await claims.list()) {
          try {
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          } catch (error) {
            log.warn('volume not written', { error: String(error) });
          }
        }
      },
    }),
  ),
  right: createOnce.right,
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};

/** What to do is remembered from the first look, and acted on at a later one. */
const remembersInMemory: Bug = {
  name: 'a decision that lives in memory only',
  source: 'Sieve: intermediate states',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      start: ({ wake }) => {
        const pending = new Map<string, number>();
        return async ({ claims, volumes, reports }) => {
          for (const [id, size] of pending) {
            pending.delete(id);
            await volumes.set(id, { claim: id, size });
          }
          for (const { metadata, spec } of await claims.list()) {
            if ((await reports.find(metadata.id))?.spec.size === spec.size) continue;
            pending.set(metadata.id, spec.size);
            await reports.set(metadata.id, { size: spec.size });
            wake();
          }
        };
      },
    }),
  ),
  right: reportBeforeWork.right,
  steps: [create('a', 1), resize('a', 3)],
  matches: everyClaimHasItsVolume,
};

/** The finalizer is added after what it is to guard was made. */
const lateFinalizer: Bug = {
  name: 'a finalizer added too late',
  source: 'omni PR #2806: finalizer added in a second call after create',
  wrong: one(
    defineController({
      name: 'volumes',
      ports: { claims: strong(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if (metadata.phase === 'running') {
            if (metadata.finalizers.length > 0) continue;
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
            await claims.addFinalizer(metadata.id, 'volumes');
          } else if (metadata.finalizers.includes('volumes')) {
            await claims.removeFinalizer(metadata.id, 'volumes');
            await volumes.destroy(metadata.id);
          }
        }
      },
    }),
  ),
  right: one(
    defineController({
      name: 'volumes',
      ports: { claims: strong(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if (metadata.phase === 'running') {
            await claims.addFinalizer(metadata.id, 'volumes');
            await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          } else if (metadata.finalizers.includes('volumes')) {
            if ((await volumes.find(metadata.id)) !== undefined) await volumes.destroy(metadata.id);
            await claims.removeFinalizer(metadata.id, 'volumes');
          }
        }
      },
    }),
  ),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
  atRest: finish,
};

/** Each remembers how far the other got, and both count. */
const notIdempotent: Bug = {
  name: 'a write that is not idempotent',
  source: 'Anvil: reaching the state once is not enough',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, reports }) {
        for (const { metadata } of await claims.list()) {
          const report = await reports.find(metadata.id);
          await reports.set(metadata.id, { size: (report?.spec.size ?? 0) + 1 });
        }
      },
    }),
  ),
  right: reportBeforeWork.right,
  steps: [create('a', 1)],
  matches: everyClaimHasItsVolume,
};

export const BUGS: readonly Bug[] = [
  reportBeforeWork,
  createOnce,
  missedDeletionMark,
  stuckTeardown,
  swallowedError,
  remembersInMemory,
  lateFinalizer,
  notIdempotent,
  ...MEMORY_BUGS,
  ...DELETION_BUGS,
  ...PAIR_BUGS,
  ...VIEW_BUGS,
];
