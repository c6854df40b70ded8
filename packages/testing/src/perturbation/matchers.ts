import type { ExpectStatic } from 'vitest';
import { SimulationError } from '../simulation/simulate.ts';
import { ReconcileError, reconcileEventuallyAndStably, type Desired } from './reconcile.ts';
import type { Controllers } from './scenario.ts';

declare module 'vitest' {
  // The names of its parameters are those of vitest's own declaration.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Whether controllers, given as a function that makes them, come to what is desired and stay there: see
     * `reconcileEventuallyAndStably`. To be awaited.
     */
    toReconcileEventuallyAndStably: T extends Controllers
      ? (desired: Desired) => Promise<void>
      : { readonly 'is for a function that makes controllers': R };
  }
}

/** For `expect.extend(reconcileMatchers)`: `await expect(controllers).toReconcileEventuallyAndStably({ … })`. */
export const reconcileMatchers = {
  async toReconcileEventuallyAndStably(controllers: Controllers, desired: Desired) {
    try {
      await reconcileEventuallyAndStably(controllers, desired);
      return { pass: true, message: () => 'the controllers reconcile eventually and stably' };
    } catch (thrown) {
      if (!(thrown instanceof ReconcileError || thrown instanceof SimulationError)) throw thrown;
      return { pass: false, message: () => thrown.message };
    }
  },
} satisfies Parameters<ExpectStatic['extend']>[0];
