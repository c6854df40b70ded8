import type { Cause, Logger, Owner } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { PortDeclarations, PortsOf } from './ports.ts';

/** What a reconcile is told beside its ports. */
export interface ReconcileContext {
  /** Aborted when the runtime stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** What changed since the last reconcile (of this key), merged while it waited; for the first one, what there was. */
  readonly causes: readonly Cause[];
}

/** What a controller gets when it is started; a restart after an error starts it anew. */
export interface StartContext {
  /** Owns what the controller starts; ends with this run of it. */
  readonly owner: Owner;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Asks for a reconcile: of everything, or of one key in a queue controller. Coalesced. */
  wake(key?: string): void;
}

/** What may be said at the end of a reconcile. */
export interface ReconcileResult {
  /** Milliseconds after which to reconcile again even if nothing changes. */
  readonly requeueAfter?: number;
}

export type ReconcileReturn = ReconcileResult | void | undefined;

/** A controller as the runtime runs it: every style comes down to this. */
export interface Controller {
  readonly name: string;
  readonly ports: PortDeclarations;
  /** How many keys may be reconciled at the same time; never one key twice. */
  readonly concurrency: number;
  /** Whether an error restarts the controller (`all`), or only sends its key into backoff (`key`). */
  readonly failure: 'all' | 'key';
  start(context: StartContext): Run | Promise<Run>;
}

/** One run of a controller, from its start to its end or crash. */
export interface Run {
  /** Keys to begin with, beside those that the inputs' contents map to. */
  readonly initialKeys?: (ports: Readonly<Record<string, unknown>>) => Promise<readonly string[]>;
  /**
   * The keys that a change of an input concerns. Called in order of change, and at the start for everything
   * there is. `resource` is undefined if it is gone; `last` is then what it was.
   */
  keysOf(port: string, id: string, resource: Resource | undefined, last: Resource | undefined): readonly string[];
  reconcile(ports: Readonly<Record<string, unknown>>, key: string, context: ReconcileContext): Promise<ReconcileReturn>;
}

type Reconcile<P extends PortDeclarations> = (ports: PortsOf<P>, context: ReconcileContext) => Promise<ReconcileReturn>;

interface LoopDefinition<P extends PortDeclarations> {
  readonly name: string;
  readonly ports: P;
}

/**
 * The loop style (COSI's `Controller`): one reconcile over all inputs, woken by any of them, coalesced. An error
 * restarts it, alone, after a backoff. Give `reconcile`, or `start` for a controller that holds something while
 * it runs: it returns the reconcile.
 */
export function defineController<const P extends PortDeclarations>(
  definition: LoopDefinition<P> &
    ({ reconcile: Reconcile<P> } | { start: (context: StartContext) => Reconcile<P> | Promise<Reconcile<P>> }),
): Controller {
  return {
    name: definition.name,
    ports: definition.ports,
    concurrency: 1,
    failure: 'all',
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
const EVERYTHING: readonly string[] = Object.freeze(['']);

type QueueReconcile<P extends PortDeclarations> = (
  ports: PortsOf<P>,
  key: string,
  context: ReconcileContext,
) => Promise<ReconcileReturn>;

/** Maps a resource of a mapped input (or what it was, if it is gone) to the ids of primary resources. */
export type KeyMapper = (id: string, resource: Resource | undefined) => readonly string[];

interface QueueDefinition<P extends PortDeclarations> {
  readonly name: string;
  readonly ports: P;
  /** For every mapped port, which keys a change concerns; the same id if absent. */
  readonly mappers?: { readonly [N in keyof P]?: KeyMapper };
  readonly concurrency?: number;
}

/**
 * The queue style (COSI's `QController`): a reconcile per id of the primary input, never twice at the same time,
 * with a backoff per id. A mapped input says which ids it concerns. Give `reconcile`, or `start` for a controller
 * that holds something while it runs: it returns the reconcile.
 */
export function defineQueueController<const P extends PortDeclarations>(
  definition: QueueDefinition<P> &
    (
      | { reconcile: QueueReconcile<P> }
      | { start: (context: StartContext) => QueueReconcile<P> | Promise<QueueReconcile<P>> }
    ),
): Controller {
  const mappers: Readonly<Record<string, KeyMapper | undefined>> = definition.mappers ?? {};
  return {
    name: definition.name,
    ports: definition.ports,
    concurrency: definition.concurrency ?? 1,
    failure: 'key',
    async start(context) {
      const reconcile = 'reconcile' in definition ? definition.reconcile : await definition.start(context);
      return {
        keysOf: (port, id, resource, last) => mappers[port]?.(id, resource ?? last) ?? [id],
        reconcile: (ports, key, reconcileContext) => reconcile(ports as PortsOf<P>, key, reconcileContext),
      };
    },
  };
}
