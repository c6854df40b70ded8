import { follow, ownedHost, type Bytes, type Host, type Owner } from '@cosi-ts/core';
import { DiscoveryClient, type DiscoveredAffiliate } from '@cosi-ts/discovery';
import type { DiscoveryConfigSpec } from '@cosi-ts/resources';
import { discoveryCacheOf, removeOtherCaches } from './discovery-caches.ts';

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
  /** Where clients keep what they were told. */
  readonly directory: string;
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

  get byName(): ReadonlyMap<string, DiscoveryClient> {
    return new Map([...this.#clients].map(([name, { client }]) => [name, client]));
  }

  /** Whether a node that is not found is none: a client that has just begun knows nobody yet. */
  get haveTold(): boolean {
    return [...this.#clients.values()].every(({ hasTold }) => hasTold);
  }

  /** What the services know of a node, in the order of the configuration. */
  find(nodeId: string): readonly DiscoveredAffiliate[] {
    return this.all.flatMap((client) => client.affiliates.get(nodeId) ?? []);
  }

  /**
   * Starts, stops and replaces clients until there is one for each service of the configuration.
   * @throws RangeError for a key or an id that no service would accept
   */
  async reconcile(config: DiscoveryConfigSpec, affiliateId: string): Promise<void> {
    const wanted = clientSpecs(config, affiliateId);
    for (const [name, running] of this.#clients) {
      if (wanted.has(name)) continue;
      this.#options.host.log.info('stopping discovery client', { name });
      await this.#stop(running);
    }
    await removeOtherCaches(this.#options.host.files, this.#options.directory, wanted.keys());
    for (const spec of wanted.values()) {
      const running = this.#clients.get(spec.name);
      if (running === undefined) this.#start(spec, undefined);
      else if (!isSame(spec, running.spec)) await this.#replace(running, spec);
    }
  }

  async #stop({ spec, client, owner }: RunningClient): Promise<void> {
    await owner.close();
    this.#clients.delete(spec.name);
    this.#options.onAffiliates(client.affiliates.list().map(({ id }) => id));
  }

  /** What the one before knew stays, unless it knew it of another cluster. */
  async #replace(running: RunningClient, spec: ClientSpec): Promise<void> {
    this.#options.host.log.info('recreating discovery client', { name: spec.name });
    await this.#stop(running);
    this.#start(spec, isSameCluster(spec, running.spec) ? running.client : undefined);
  }

  #start(spec: ClientSpec, previous: DiscoveryClient | undefined): void {
    const { host, ttl, clientVersion, directory } = this.#options;
    const { name, key, ...rest } = spec;
    host.log.info('starting discovery client', { name, endpoint: spec.endpoint });
    const owner = this.#options.owner.child(`discovery-${name}`);
    const cache = `${directory}/${discoveryCacheOf(name)}`;
    try {
      const options = { ...rest, host, owner, ttl, clientVersion, cache, previous, key: key.toUint8Array() };
      const running: RunningClient = { spec, owner, client: new DiscoveryClient(options), hasTold: false };
      this.#follow(running);
      this.#clients.set(name, running);
    } catch (thrown) {
      owner.drop();
      throw thrown;
    }
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

function clientSpecs(config: DiscoveryConfigSpec, affiliateId: string): ReadonlyMap<string, ClientSpec> {
  const { serviceClusterID: clusterId, serviceEncryptionKey: key } = config;
  return new Map(
    config.serviceEndpoints.map((service) => [service.name, { ...service, clusterId, affiliateId, key }] as const),
  );
}

function isSame(a: ClientSpec, b: ClientSpec): boolean {
  return (
    a.endpoint === b.endpoint && a.insecure === b.insecure && a.affiliateId === b.affiliateId && isSameCluster(a, b)
  );
}

function isSameCluster(a: ClientSpec, b: ClientSpec): boolean {
  return a.clusterId === b.clusterId && a.key.equals(b.key);
}
