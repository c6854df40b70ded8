/** A client configuration (`talosconfig`): how to reach clusters, and as whom. */
export interface ClientConfig {
  /** The name of the context that is used if none is asked for; empty if there is none. */
  readonly context: string;
  readonly contexts: ReadonlyMap<string, ClientContext>;
}

/** One cluster, as one user sees it. */
export interface ClientContext {
  /** Where the API is reached: addresses or names, a port being optional. Any of them will do. */
  readonly endpoints: readonly string[];
  /** The nodes that are asked if none are named. */
  readonly nodes: readonly string[];
  /** The certificate authority of the cluster, as PEM; without it, those of the system count. */
  readonly ca?: string;
  /** The client's certificate and key, as PEM; without them it is nobody. */
  readonly crt?: string;
  readonly key?: string;
  /** Which cluster is meant, where an endpoint serves several. */
  readonly cluster?: string;
  readonly proxyUrl?: string;
}
