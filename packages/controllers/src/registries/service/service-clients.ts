import { follow, ownedHost, type Bytes, type Host, type Owner } from '@cosi-ts/core';
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
  /** Whether the service has told what there is, or did not for so long that what was known before is void. */
  hasTold: boolean;
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
  /** Called when `haveTold` may have become true. */
  readonly onTold: () => void;
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

  /** Whether a node that is not found is none: a client that has just begun knows nobody yet. */
  get haveTold(): boolean {
    return [...this.#clients.values()].every(({ hasTold }) => hasTold);
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
      if (spec !== undefined) this.#clients.set(name, this.#start(spec, !isSameCluster(spec, running.spec)));
      this.#options.onAffiliates(known);
    }
    for (const [name, spec] of wanted) {
      if (!this.#clients.has(name)) this.#clients.set(name, this.#start(spec, false));
    }
  }

  /** @param hasTold true if what was known before is of no interest any more */
  #start(spec: ClientSpec, hasTold: boolean): RunningClient {
    const owner = this.#options.owner.child(`discovery-${spec.name}`);
    this.#options.host.log.info('starting discovery client', { name: spec.name, endpoint: spec.endpoint });
    try {
      const running: RunningClient = { spec, client: this.#connect(spec, owner), owner, hasTold };
      this.#follow(running);
      return running;
    } catch (thrown) {
      owner.drop();
      throw thrown;
    }
  }

  /** @throws RangeError for a key or an id that no service would accept */
  #connect(spec: ClientSpec, owner: Owner): DiscoveryClient {
    const { host, ttl, clientVersion } = this.#options;
    return new DiscoveryClient({
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
  }

  #follow(running: RunningClient): void {
    const { host, ttl, onAffiliates, onStatus, onTold } = this.#options;
    const { client, owner } = running;
    const told = (): void => {
      if (running.hasTold) return;
      running.hasTold = true;
      onTold();
    };
    follow(owner, client.affiliates.changes(), ({ changed }) => onAffiliates(changed.map(({ key }) => key)));
    follow(owner, client.statuses.changes(), () => {
      if (client.status.connected) told();
      onStatus();
    });
    ownedHost(host, owner).timers.after(ttl, told, { background: true });
  }
}

function isSame(a: ClientSpec, b: ClientSpec): boolean {
  return (
    a.endpoint === b.endpoint && a.insecure === b.insecure && a.affiliateId === b.affiliateId && isSameCluster(a, b)
  );
}

function isSameCluster(a: ClientSpec, b: ClientSpec): boolean {
  return a.clusterId === b.clusterId && a.key.equals(b.key);
}
