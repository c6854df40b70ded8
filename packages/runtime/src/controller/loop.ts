import type { RateLimiterOptions } from '@cosi-ts/core';
import type {
  Controller,
  Keys,
  LoopContext,
  ReconcileContext,
  ReconcileReturn,
  Run,
  StartContext,
} from './controller.ts';
import type { LoopPorts, PortsOf } from './ports.ts';

type Reconcile<P extends LoopPorts> = (ports: PortsOf<P>, context: ReconcileContext) => Promise<ReconcileReturn>;

interface LoopDefinition<P extends LoopPorts> {
  readonly name: string;
  readonly ports: P;
  /** Bounds how often it may change the state. */
  readonly changeRate?: RateLimiterOptions;
}

interface ReconcileDefinition<P extends LoopPorts> extends LoopDefinition<P> {
  /**
   * Makes each reconcile one commit, when it ends, if nothing that it read has changed since; else it runs again. An error
   * writes nothing. Only on a state that has transactions: one behind a network has not.
   */
  readonly atomic?: boolean;
}

interface RunDefinition<P extends LoopPorts> extends LoopDefinition<P> {
  /**
   * Instead of a reconcile: runs until it is stopped, and looks after its wake-ups itself. When it returns earlier it
   * is done for good; an error starts it anew, after a backoff that is reset only by `resetRestartBackoff()` and
   * `cleanupOutputs()`.
   */
  readonly run: (ports: PortsOf<P>, context: LoopContext) => Promise<void>;
}

/**
 * The loop style (COSI's `Controller`): one reconcile over all inputs, woken by any of them, coalesced. An error
 * restarts it, alone, after a backoff that grows until it succeeds. Give `reconcile`, or `start` for a controller that
 * holds something while it runs: it returns the reconcile. Give `run` for one that has a loop of its own.
 */
export function defineController<const P extends LoopPorts>(
  definition:
    | (ReconcileDefinition<P> &
        ({ reconcile: Reconcile<P> } | { start: (context: StartContext) => Reconcile<P> | Promise<Reconcile<P>> }))
    | RunDefinition<P>,
): Controller {
  const { name, ports, changeRate } = definition;
  return {
    name,
    style: 'loop',
    ports,
    concurrency: 1,
    changeRate,
    atomic: 'atomic' in definition && definition.atomic,
    async start(context): Promise<Run> {
      const everything = { initialKeys: () => Promise.resolve(EVERYTHING), keysOf: () => EVERYTHING };
      if ('run' in definition) {
        const { run } = definition;
        return {
          ...everything,
          reconcile: () => Promise.resolve(),
          loop: (ports, loopContext) => run(ports as PortsOf<P>, loopContext),
        };
      }
      const reconcile = 'reconcile' in definition ? definition.reconcile : await definition.start(context);
      return {
        ...everything,
        reconcile: (ports, _key, reconcileContext) => reconcile(ports as PortsOf<P>, reconcileContext),
      };
    },
  };
}

/** The one key of a loop controller. */
const EVERYTHING: Keys = Object.freeze(['']);
