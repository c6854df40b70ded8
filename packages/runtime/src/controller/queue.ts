import type { RateLimiterOptions } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type {
  Controller,
  HookContext,
  Keys,
  ReconcileContext,
  ReconcileReturn,
  Run,
  StartContext,
} from './controller.ts';
import type { PortsOf, QueuePorts } from './ports.ts';

type QueueReconcile<P extends QueuePorts> = (
  ports: PortsOf<P>,
  key: string,
  context: ReconcileContext,
) => Promise<ReconcileReturn>;

/** Maps a resource of a mapped input (or what it was, if it is gone and that is known) to ids of primary resources. */
export type KeyMapper<P extends QueuePorts = QueuePorts> = (
  id: string,
  resource: Resource | undefined,
  ports: PortsOf<P>,
) => Keys | Promise<Keys>;

interface QueueDefinition<P extends QueuePorts> {
  readonly name: string;
  readonly ports: P;
  /** For every mapped port, which keys a change concerns; the same id if absent. */
  readonly mappers?: { readonly [N in keyof P]?: KeyMapper<P> };
  /** How many keys are reconciled at the same time; 1 by default. */
  readonly concurrency?: number;
  /** Bounds how often it may change the state. */
  readonly changeRate?: RateLimiterOptions;
  /**
   * Makes each reconcile one commit, when it ends, if nothing that it read has changed since; else it runs again. An error
   * writes nothing. Only on a state that has transactions: one behind a network has not.
   */
  readonly atomic?: boolean;
  /** Runs beside the reconciles, again after a backoff if it fails, until it returns. */
  readonly runHook?: (ports: PortsOf<P>, context: HookContext) => Promise<void>;
  /** Runs last, when the controller is stopped. A crash skips it. */
  readonly shutdownHook?: () => Promise<void> | void;
}

/**
 * The queue style (COSI's `QController`): a reconcile per id of the primary input, never twice at the same time,
 * with a backoff per id. A mapped input says which ids it concerns. Give `reconcile`, or `start` for a controller
 * that holds something while it runs: it returns the reconcile.
 */
export function defineQueueController<const P extends QueuePorts>(
  definition: QueueDefinition<P> &
    (
      | { reconcile: QueueReconcile<P> }
      | { start: (context: StartContext) => QueueReconcile<P> | Promise<QueueReconcile<P>> }
    ),
): Controller {
  const { name, ports, changeRate, atomic, runHook, shutdownHook } = definition;
  const mappers: Readonly<Record<string, KeyMapper<P> | undefined>> = definition.mappers ?? {};
  return {
    name,
    style: 'queue',
    ports,
    concurrency: definition.concurrency ?? 1,
    changeRate,
    atomic,
    async start(context): Promise<Run> {
      const reconcile = 'reconcile' in definition ? definition.reconcile : await definition.start(context);
      return {
        keysOf: (port, id, resource, last, ports) => mappers[port]?.(id, resource ?? last, ports as PortsOf<P>) ?? [id],
        reconcile: (ports, key, reconcileContext) => reconcile(ports as PortsOf<P>, key, reconcileContext),
        hook: runHook && ((ports, hookContext) => runHook(ports as PortsOf<P>, hookContext)),
        shutdown: shutdownHook,
      };
    },
  };
}
