import { CodedError, type FileWatch } from '@cosi-ts/core';

/**
 * A way to a Kubernetes cluster, as far as discovery needs one. A driver: production speaks HTTPS as a kubeconfig says,
 * tests invent a cluster.
 */
export interface KubernetesAccess {
  /** The cluster as it is reached now. @throws KubernetesError if there is no way */
  open(): Promise<KubernetesApi>;
  /** Calls `changed` when `open` may lead elsewhere, or get in as somebody else. @throws FileError if that cannot be told */
  watch(changed: () => void): FileWatch;
}

/** The Nodes of a cluster. Calls end with a {@link KubernetesError}, or with the signal's reason. */
export interface KubernetesApi {
  /** What is spoken to, for people. */
  readonly server: string;
  list(query: ListQuery, signal: AbortSignal): Promise<string>;
  /** Resolves when the server has agreed to tell. */
  watch(query: WatchQuery, signal: AbortSignal): Promise<NodeWatch>;
  /** Sets annotations of a Node, and removes those that are null. */
  annotate(node: string, annotations: Readonly<Record<string, string | null>>, signal: AbortSignal): Promise<void>;
}

/** Which Nodes: all, or the one of a name. */
interface NodeQuery {
  readonly name?: string | undefined;
}

/** A page of Nodes, as JSON. */
export interface ListQuery extends NodeQuery {
  readonly limit: number;
  /** Where the page before ended. */
  readonly continue?: string | undefined;
}

export interface WatchQuery extends NodeQuery {
  /** What changed after it is told, with a bookmark now and then. */
  readonly resourceVersion: string;
  /** Seconds until the server ends the watch. */
  readonly timeoutSeconds: number;
}

export interface NodeWatch {
  /** The next event, as JSON; undefined at the end. One pull at a time. */
  next(): Promise<string | undefined>;
  /** Gives it up. Idempotent. */
  close(): void;
}

/** What a cluster answered instead of what it was asked for, or that it could not be asked. */
export class KubernetesError extends CodedError {
  readonly code = 'kubernetes';
  /** Of HTTP; undefined if there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
