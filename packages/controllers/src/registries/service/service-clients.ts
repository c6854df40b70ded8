import type { Bytes, Host, Owner } from '@cosi-ts/core';
import { DiscoveryClient, type DiscoveredAffiliate } from '@cosi-ts/discovery';
import type { DiscoveryConfigSpec } from '@cosi-ts/resources';

/** One service, and who speaks to it: a change of any of it makes a new client. */
interface ClientSpec {
  readonly name: string;
  readonly endpoint: string;
  readonly insecure: boolean;
  readonly clusterId: string;
  readonly affiliateId: string;
  readonly key: Bytes;
}

interface RunningClient {
  readonly spec: ClientSpec;
  readonly client: DiscoveryClient;
  readonly owner: Owner;
}

export interface ServiceClientsOptions {
  readonly host: Host;
  readonly owner: Owner;
  readonly ttl: number;
  readonly clientVersion: string;
  /** Called with the ids of nodes that a service has news of. */
  readonly onAffiliates: (ids: readonly string[]) => void;
  /** Called when a client has news of itself: a public address, say. */
  readonly onStatus: () => void;
}

/** One client for each configured discovery service, by name. */
export class ServiceClients {
  readonly #options: ServiceClientsOptions;
  readonly #clients = new Map<string, RunningClient>();

  constructor(options: ServiceClientsOptions) {
    this.#options = options;
  }

  get all(): readonly DiscoveryClient[] {
    return [...this.#clients.values()].map(({ client }) => client);
  }

  /** What the services know of a node, in the order of their names. */
  find(nodeId: string): readonly DiscoveredAffiliate[] {
    return this.all.flatMap((client) => client.affiliates.get(nodeId) ?? []);
  }

  /** Starts, stops and replaces clients until there is one for each service of the configuration. */
  async reconcile(config: DiscoveryConfigSpec, affiliateId: string): Promise<void> {
    const wanted = new Map(
      config.serviceEndpoints.map(({ name, endpoint, insecure }): [string, ClientSpec] => [
        name,
        {
          name,
          endpoint,
          insecure,
          clusterId: config.serviceClusterID,
          affiliateId,
          key: config.serviceEncryptionKey,
        },
      ]),
    );
    for (const [name, running] of this.#clients) {
      const spec = wanted.get(name);
      if (spec !== undefined && isSame(spec, running.spec)) continue;
      this.#options.host.log.info(spec ? 'recreating discovery client' : 'stopping discovery client', { name });
      this.#clients.delete(name);
      const known = running.client.affiliates.list().map(({ id }) => id);
      await running.owner.close();
      this.#options.onAffiliates(known);
    }
    for (const [name, spec] of wanted) {
      if (!this.#clients.has(name)) this.#clients.set(name, this.#start(spec));
    }
  }

  #start(spec: ClientSpec): RunningClient {
    const { host, ttl, clientVersion, onAffiliates, onStatus } = this.#options;
    const owner = this.#options.owner.child(`discovery-${spec.name}`);
    host.log.info('starting discovery client', { name: spec.name, endpoint: spec.endpoint });
    const client = new DiscoveryClient({
      host,
      owner,
      endpoint: spec.endpoint,
      insecure: spec.insecure,
      clusterId: spec.clusterId,
      affiliateId: spec.affiliateId,
      key: spec.key.toUint8Array(),
      ttl,
      clientVersion,
    });
    follow(owner, client.affiliates.changes(), onAffiliates);
    follow(owner, client.statuses.changes(), onStatus);
    return { spec, client, owner };
  }
}

type Changes =
  | ReturnType<DiscoveryClient['affiliates']['changes']>
  | ReturnType<DiscoveryClient['statuses']['changes']>;

/** Tells of each changed key, until the owner ends. */
function follow(owner: Owner, cursor: Changes, tell: (keys: readonly string[]) => void): void {
  const close = (): void => cursor.close();
  owner.attach({ close, drop: close });
  const next = (): void => {
    if (cursor.isClosed) return;
    const batch = cursor.pull();
    if (batch !== undefined) tell(batch.changed.map(({ key }) => key));
    cursor.onReady(next);
  };
  cursor.onReady(next);
}

function isSame(a: ClientSpec, b: ClientSpec): boolean {
  return (
    a.endpoint === b.endpoint &&
    a.insecure === b.insecure &&
    a.clusterId === b.clusterId &&
    a.affiliateId === b.affiliateId &&
    a.key.equals(b.key)
  );
}
