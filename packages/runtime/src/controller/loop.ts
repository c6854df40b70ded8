import type { RateLimiterOptions } from '@cosi-ts/core';
import type { Controller, Keys, ReconcileContext, ReconcileReturn, StartContext } from './controller.ts';
import type { LoopPorts, PortsOf } from './ports.ts';

type Reconcile<P extends LoopPorts> = (ports: PortsOf<P>, context: ReconcileContext) => Promise<ReconcileReturn>;

interface LoopDefinition<P extends LoopPorts> {
  readonly name: string;
  readonly ports: P;
  /** Bounds how often it may change the state. */
  readonly changeRate?: RateLimiterOptions;
}

/**
 * The loop style (COSI's `Controller`): one reconcile over all inputs, woken by any of them, coalesced. An error
 * restarts it, alone, after a backoff that grows until it succeeds. Give `reconcile`, or `start` for a controller that
 * holds something while it runs: it returns the reconcile.
 */
export function defineController<const P extends LoopPorts>(
  definition: LoopDefinition<P> &
    ({ reconcile: Reconcile<P> } | { start: (context: StartContext) => Reconcile<P> | Promise<Reconcile<P>> }),
): Controller {
  const { name, ports, changeRate } = definition;
  return {
    name,
    style: 'loop',
    ports,
    concurrency: 1,
    changeRate,
    async start(context) {
      const reconcile = 'reconcile' in definition ? definition.reconcile : await definition.start(context);
      return {
        initialKeys: () => Promise.resolve(EVERYTHING),
        keysOf: () => EVERYTHING,
        reconcile: (ports, _key, reconcileContext) => reconcile(ports as PortsOf<P>, reconcileContext),
      };
    },
  };
}

/** The one key of a loop controller. */
const EVERYTHING: Keys = Object.freeze(['']);
