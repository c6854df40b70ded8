import type { Bytes } from '@cosi-ts/core';
import type { Kind, Phase, Pointer, Resource } from '@cosi-ts/resources';
import type { Query, WatchEvent } from '@cosi-ts/runtime';

/**
 * What clients asked of a state and what they were told, from its first operation on. Moments are counted: whatever
 * has the smaller number happened before. See `Recorder`.
 */
export interface History {
  readonly operations: readonly Operation[];
  readonly watches: readonly WatchRecord[];
}

/** One write. */
export type WriteCommand =
  | { readonly do: 'create'; readonly resource: Resource; readonly owner: string }
  | {
      readonly do: 'update';
      readonly resource: Resource;
      readonly owner: string;
      readonly expectedPhase: Phase | 'any';
    }
  | { readonly do: 'destroy'; readonly pointer: Pointer; readonly owner: string }
  | { readonly do: 'teardown'; readonly pointer: Pointer; readonly owner: string };

export type Command =
  | WriteCommand
  | { readonly do: 'get'; readonly pointer: Pointer }
  | { readonly do: 'list'; readonly kind: Kind; readonly query: Query | undefined };

/** How a call ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: Resource | readonly Resource[] | boolean | undefined }
  /** By a rule of the state, so that nothing happened. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody can say whether it happened. */
  | { readonly kind: 'unknown'; readonly error: unknown };

export interface Operation {
  readonly client: string;
  readonly command: Command;
  readonly called: number;
  /** Undefined if the caller was never answered. */
  readonly returned: number | undefined;
  readonly outcome: Outcome | undefined;
}

export interface WatchRecord {
  readonly client: string;
  readonly target: Kind & { readonly id?: string | undefined };
  readonly query: Query | undefined;
  readonly bootstrapContents: boolean;
  readonly bootstrapBookmark: boolean;
  readonly tailEvents: number;
  readonly from: Bytes | undefined;
  readonly called: number;
  /** When it stood; undefined if it never did. */
  readonly opened: number | undefined;
  /** Why it does not stand. */
  readonly refusal: unknown;
  readonly batches: readonly WatchBatch[];
  /** When its reader closed it. */
  readonly closed: number | undefined;
  /** When it said that it has ended. */
  readonly ended: number | undefined;
  /** The moments at which its reader waited for more while nothing was left to happen. */
  readonly caughtUp: readonly number[];
}

export interface WatchBatch {
  readonly at: number;
  readonly events: readonly WatchEvent[];
  /** What each event's resources said when they were delivered, for whether they still do. */
  readonly digests: readonly string[];
}

/** A law that a history breaks, and how. */
export interface Violation {
  /** `W1` to `W17` or `L1` to `L4`. */
  readonly law: string;
  readonly message: string;
}

/** The resource that a command is about; undefined for a list. */
export function pointerOf(command: Command): Pointer | undefined {
  if (command.do === 'list') return undefined;
  return 'resource' in command ? command.resource.metadata : command.pointer;
}
