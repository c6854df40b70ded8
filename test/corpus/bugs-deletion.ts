import { collection, defineController, exclusive, strong, weak, type Controller } from '@cosi-ts/runtime';
import { create, everyClaimHasItsVolume, finish, one, remove, resize, volumeOfEachClaim, type Bug } from './bug.ts';
import { Claim, Report, Volume } from './resources.ts';

const ports = { claims: weak(Claim), volumes: exclusive(Volume), reports: exclusive(Report) } as const;

const holding = (name: string, mayRelease: (finalizers: readonly string[]) => boolean): Controller =>
  defineController({
    name,
    ports: { claims: strong(Claim) },
    async reconcile({ claims }) {
      for (const { metadata } of await claims.list()) {
        const { id, phase, finalizers } = metadata;
        if (phase === 'running') await claims.addFinalizer(id, name);
        else if (finalizers.includes(name) && mayRelease(finalizers)) await claims.removeFinalizer(id, name);
      }
    },
  });

/** Each lets go when the other has. */
const finalizerCycle: Bug = {
  name: 'a cycle of finalizers',
  source: 'omni: "why is this not deleted?"',
  wrong: () => [
    holding('backup', (finalizers) => !finalizers.includes('mounts')),
    holding('mounts', (finalizers) => !finalizers.includes('backup')),
  ],
  right: () => [holding('backup', (finalizers) => !finalizers.includes('mounts')), holding('mounts', () => true)],
  steps: [create('a', 1), remove('a')],
  matches: async (state) => {
    const left = await collection(state, Claim).list();
    if (left.length > 0) throw new Error(`not deleted: ${left.map(({ metadata }) => metadata.id).join()}`);
  },
  atRest: finish,
};

/** The finalizer is let go only on the way that finds something to clean up. */
const heldByNothing: Bug = {
  name: 'a finalizer kept when the work was done already',
  source: 'Sieve: crash between clean-up and release',
  ...(() => {
    const cleaning = (isCareful: boolean) =>
      one(
        defineController({
          name: 'volumes',
          ports: { claims: strong(Claim), volumes: exclusive(Volume) },
          async reconcile({ claims, volumes }) {
            for (const { metadata, spec } of await claims.list()) {
              const { id, phase } = metadata;
              if (phase === 'running') {
                await claims.addFinalizer(id, 'volumes');
                await volumes.set(id, { claim: id, size: spec.size });
              } else if ((await volumes.find(id)) !== undefined) {
                await volumes.destroy(id);
                await claims.removeFinalizer(id, 'volumes');
              } else if (isCareful) {
                await claims.removeFinalizer(id, 'volumes');
              }
            }
          },
        }),
      );
    return { wrong: cleaning(false), right: cleaning(true) };
  })(),
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
  atRest: finish,
};

/** Holds every volume while it runs. */
const mounts = defineController({
  name: 'mounts',
  ports: { volumes: strong(Volume), reports: exclusive(Report) },
  async reconcile({ volumes }) {
    for (const { metadata } of await volumes.list()) {
      if (metadata.phase === 'running') await volumes.addFinalizer(metadata.id, 'mounts');
      else await volumes.removeFinalizer(metadata.id, 'mounts');
    }
  },
});

/** Somebody holds the output: the destruction is refused, which is taken for a detail. */
const destroyedWhileHeld: Bug = {
  name: 'an output destroyed while somebody holds it',
  source: 'omni #504, #583: a teardown stuck without an explanation',
  wrong: () => [
    mounts,
    defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }, { log }) {
        const ids = new Set<string>();
        for (const { metadata, spec } of await claims.list()) {
          ids.add(metadata.id);
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (!ids.has(metadata.id)) await volumes.destroy(metadata.id).catch(() => log.warn('still held'));
        }
      },
    }),
  ],
  right: () => [mounts, volumeOfEachClaim],
  steps: [create('a', 1), remove('a')],
  matches: everyClaimHasItsVolume,
};

/** The orphans are found by the beginning of their names. */
const matchedByName: Bug = {
  name: 'matched by a part of the name',
  source: 'known from practice: what is matched is not what is owned',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        const present = await claims.list();
        for (const { metadata, spec } of present) {
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
        }
        for (const { metadata } of await volumes.list()) {
          if (!present.some((claim) => metadata.id.startsWith(claim.metadata.id))) await volumes.destroy(metadata.id);
        }
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), create('ab', 1), remove('ab')],
  matches: everyClaimHasItsVolume,
};

/** The write that was just made shall wake it for the rest; but it is its own. */
const partialList: Bug = {
  name: 'a list processed in part',
  source: 'dsk: requeue before done',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) {
          if ((await volumes.find(metadata.id))?.spec.size === spec.size) continue;
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          return;
        }
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), create('b', 1), (state) => Promise.all([resize('a', 2)(state), resize('b', 2)(state)])],
  matches: everyClaimHasItsVolume,
};

/** A mark says that somebody works on it, and stays when that one dies. */
const lockLeftBehind: Bug = {
  name: 'a lock left behind by a crash',
  source: 'Sieve: intermediate states',
  wrong: one(
    defineController({
      name: 'volumes',
      ports,
      async reconcile({ claims, volumes, reports }) {
        for (const { metadata, spec } of await claims.list()) {
          if ((await reports.find(metadata.id))?.spec.size === 1) continue;
          if ((await volumes.find(metadata.id))?.spec.size === spec.size) continue;
          await reports.set(metadata.id, { size: 1 });
          await volumes.set(metadata.id, { claim: metadata.id, size: spec.size });
          await reports.set(metadata.id, { size: 0 });
        }
      },
    }),
  ),
  right: one(volumeOfEachClaim),
  steps: [create('a', 1), resize('a', 2)],
  matches: everyClaimHasItsVolume,
};

export const DELETION_BUGS: readonly Bug[] = [
  finalizerCycle,
  heldByNothing,
  destroyedWhileHeld,
  matchedByName,
  partialList,
  lockLeftBehind,
];
