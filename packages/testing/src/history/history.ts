import type { Bytes } from '@cosi-ts/core';
import type { Kind, Pointer, Resource } from '@cosi-ts/resources';
import type { Command, Query, WatchEvent } from '@cosi-ts/runtime';

/**
 * What clients asked of a state and what they were told, from its first operation on. Moments are counted: whatever
 * has the smaller number happened before. See `Recorder`.
 */
export interface History {
  readonly operations: readonly Operation[];
  readonly watches: readonly WatchRecord[];
}

/** What a client asked. */
export type Call =
  | Command
  | { readonly do: 'get'; readonly pointer: Pointer }
  | { readonly do: 'list'; readonly kind: Kind; readonly query: Query | undefined }
  | { readonly do: 'transact'; readonly commands: readonly Command[] };

/** How a call ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: Resource | readonly Resource[] | boolean | undefined }
  /** By a rule of the state, so that nothing happened. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody can say whether it happened. */
  | { readonly kind: 'unknown'; readonly error: unknown };

export interface Operation {
  readonly client: string;
  readonly command: Call;
  readonly called: number;
  /** Undefined if the caller was never answered. */
  readonly returned: number | undefined;
  readonly outcome: Outcome | undefined;
  /** The transaction that it is a part of. */
  readonly of?: Operation | undefined;
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

/** The resource that a call is about; undefined if it is about several. */
export function pointerOf(command: Call): Pointer | undefined {
  if (command.do === 'list' || command.do === 'transact') return undefined;
  return 'resource' in command ? command.resource.metadata : command.pointer;
}

/** The operations with each transaction as its parts, which have its time and its outcome. What was refused had no part. */
export function partsOf(operations: readonly Operation[]): readonly Operation[] {
  return operations.flatMap((operation): readonly Operation[] => {
    const { command, outcome } = operation;
    if (command.do !== 'transact') return [operation];
    if (outcome?.kind === 'refused') return [];
    const results = outcome?.kind === 'done' && Array.isArray(outcome.value) ? (outcome.value as Resource[]) : [];
    return command.commands.map((part, index) => ({
      ...operation,
      command: part,
      outcome: outcome?.kind === 'done' ? { kind: 'done', value: results[index] } : outcome,
      of: operation,
    }));
  });
}
