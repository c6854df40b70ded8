import type { Host, Owner, TlsIdentity } from '@cosi-ts/core';
import type { HeaderTrust } from './client-ip.ts';
import type { DiscoveryObserver } from './observe/observer.ts';
import type { SnapshotSettings } from './snapshots/snapshots.ts';

export interface DiscoveryServiceOptions {
  readonly host: Host;
  /** Ends the service when it closes: first the watches, cleanly, then the rest. */
  readonly owner: Owner;
  /** `host:port`; a port of 0 lets the system choose. */
  readonly address: string;
  readonly tls?: TlsIdentity | undefined;
  /** Whether browsers find pages at `address`, too; they do not by default. */
  readonly pages?: boolean | undefined;
  /** Where there are only pages; nowhere by default. */
  readonly landingAddress?: string | undefined;
  /** Milliseconds between two removals of what expired; a minute by default. */
  readonly gcInterval?: number | undefined;
  /** Headers that tell a caller's address; none by default, since any caller can write them. */
  readonly trust?: Partial<HeaderTrust> | undefined;
  /** Whether Hello tells callers their address; it does by default. */
  readonly reportsClientIp?: boolean | undefined;
  /** `host:port` that Hello sends all clients to. */
  readonly redirect?: string | undefined;
  /** The same for single clusters, by id; before `redirect`. */
  readonly redirectClusters?: ReadonlyMap<string, string> | undefined;
  /** Calls a second from one address, beyond which they wait for their turn; 15 by default, 0 for no limit. */
  readonly rateLimit?: number | undefined;
  /** Calls at once from one address after a pause; 60 by default. */
  readonly rateBurst?: number | undefined;
  /** Where the state is kept over a restart; nowhere by default. */
  readonly snapshots?: SnapshotSettings | undefined;
  /** For statistics. */
  readonly observer?: DiscoveryObserver | undefined;
  /** 100,000 by default. */
  readonly maxClusters?: number | undefined;
  /** 50,000 by default. */
  readonly maxWatchers?: number | undefined;
  /** Milliseconds after which a watcher that takes nothing is ABORTED; 30 s by default. */
  readonly stuckWatcherTimeout?: number | undefined;
}
