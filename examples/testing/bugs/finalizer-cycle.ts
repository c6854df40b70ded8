import { collection, defineController, strong, type Controller } from '@cosi-ts/runtime';
import { create, finish, remove, type Bug } from '../bug.ts';
import { Claim } from '../resources.ts';

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
export const finalizerCycle: Bug = {
  name: 'a cycle of finalizers',
  source: 'omni: "why is this not deleted?"',
  buggy: () => [
    holding('backup', (finalizers) => !finalizers.includes('mounts')),
    holding('mounts', (finalizers) => !finalizers.includes('backup')),
  ],
  fixed: () => [holding('backup', (finalizers) => !finalizers.includes('mounts')), holding('mounts', () => true)],
  steps: [create('a', 1), remove('a')],
  matches: async (state) => {
    const left = await collection(state, Claim).list();
    if (left.length > 0) throw new Error(`not deleted: ${left.map(({ metadata }) => metadata.id).join()}`);
  },
  atRest: finish,
};
