import type { Cause, Eventually, Logger, Owner, RateLimiterOptions } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { Observable } from 'rxjs';
import type { OutputPort, PortDeclarations } from './ports.ts';

/** What both a reconcile and a controller that runs its own loop are told beside their ports. */
interface WorkContext {
  /** Aborted when the runtime stops, or when this run of the controller is over. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** From now on it is remembered which resources are written, also in vain. @throws Error if it is already. */
  trackOutputs(): void;
  /**
   * Removes what this controller owns of these outputs and did not write since {@link WorkContext.trackOutputs}.
   * What somebody holds goes later: a wake-up tells. Tracking is over then.
   * @throws Error if nothing is tracked
   */
  cleanupOutputs(...outputs: readonly OutputPort<unknown>[]): Promise<void>;
}

/** What a reconcile is told beside its ports. */
export interface ReconcileContext extends WorkContext {
  /** What changed since the last reconcile (of this key), merged while it waited; for the first one, what there was. */
  readonly causes: readonly Cause[];
  /** Asks for another reconcile: of this key, or of another one in a queue controller. Coalesced. */
  wake(key?: string): void;
}

/** What a controller that runs its own loop is told beside its ports. */
export interface LoopContext extends WorkContext {
  /**
   * What changed, merged since the last one was taken: the first comes at once. It ends when the controller is
   * stopped. There is one stream of wake-ups: it is taken by one reader, here or as {@link LoopContext.wakeups$}.
   */
  readonly wakeups: AsyncIterable<readonly Cause[]>;
  /** The same for RxJS: the next is emitted when the subscriber has returned from the last. */
  readonly wakeups$: Observable<readonly Cause[]>;
  /** Wakes itself, once however often it is asked. */
  wake(): void;
  /** All is well: after the next error it is restarted as soon as after the first. */
  resetRestartBackoff(): void;
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

/** What a hook of a controller is told, beside its ports. */
export interface HookContext extends Pick<StartContext, 'signal' | 'log' | 'wake'> {}

/** What may be said at the end of a reconcile. */
export interface ReconcileResult {
  /** Milliseconds after which to reconcile again even if nothing changes. */
  readonly requeueAfter?: number;
}

export type ReconcileReturn = ReconcileResult | void | undefined;

/** A controller as the runtime runs it: every style comes down to this. */
export interface Controller {
  readonly name: string;
  /** `loop`: one reconcile over everything, an error restarts it. `queue`: an error sends only its key into backoff. */
  readonly style: 'loop' | 'queue';
  readonly ports: PortDeclarations;
  /** How many keys may be reconciled at the same time; never one key twice. */
  readonly concurrency: number;
  /** Bounds how often it may change the state; otherwise the runtime's own bound holds, if it has one. */
  readonly changeRate?: RateLimiterOptions | undefined;
  /** Whether each reconcile is one commit, or none: see `atomic` in `defineController`. */
  readonly atomic?: boolean | undefined;
  start(context: StartContext): Run | Promise<Run>;
}

/** The ports of a controller as the engine hands them around: the styles know their types. */
export type OpenPorts = Readonly<Record<string, unknown>>;

/** Keys that a change concerns. */
export type Keys = readonly string[];

/** One run of a controller, from its start to its end or crash. */
export interface Run {
  /** Keys to begin with, beside those that the inputs' contents map to. */
  readonly initialKeys?: (ports: OpenPorts) => Promise<Keys>;
  /**
   * The keys that a change of an input concerns. Called in order of change, and at the start for everything
   * there is. `resource` is undefined if it is gone; `last` is then what it was. If it fails, it is tried again after
   * a backoff; other inputs do not wait for that.
   */
  keysOf(
    port: string,
    id: string,
    resource: Resource | undefined,
    last: Resource | undefined,
    ports: OpenPorts,
  ): Keys | Promise<Keys>;
  /** Without a promise if it is done when it returns. */
  reconcile(ports: OpenPorts, key: string, context: ReconcileContext): Eventually<ReconcileReturn>;
  /** How many inputs the work on a key looks at, for the metrics of operators. */
  readonly inputsOf?: ((key: string) => number) | undefined;
  /** Instead of reconciles: runs until it is stopped, or has nothing to do any more. */
  readonly loop?: ((ports: OpenPorts, context: LoopContext) => Promise<void>) | undefined;
  /** Runs beside the reconciles. An error starts it again after a backoff; when it returns it is done. */
  readonly hook?: ((ports: OpenPorts, context: HookContext) => Promise<void>) | undefined;
  /** Runs last when the controller ends in peace. */
  readonly shutdown?: (() => Promise<void> | void) | undefined;
}
