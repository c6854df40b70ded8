import {
  Backoff,
  Changelog,
  linkedAbort,
  messageOf,
  ownedHost,
  sleep,
  withDeadline,
  type Host,
  type LinkedAbort,
  type Owner,
  type Table,
  type Write,
} from '@cosi-ts/core';
import { KubernetesError, type KubernetesAccess, type KubernetesApi } from './api.ts';
import { isSameNode, type KubernetesNode } from './kubernetes-node.ts';
import { conditionOf, CONNECTING, type AccessCondition } from './access-condition.ts';
import { GONE, readListPage, readWatchEvent, type WatchEvent } from './watch-event.ts';

export interface NodesReplicaOptions {
  readonly host: Host;
  readonly owner: Owner;
  readonly access: KubernetesAccess;
  /** The only Node to know of; all by default. */
  readonly name?: string | undefined;
  /** Called when {@link NodesReplica.condition} is another one, or everything has been told for the first time. */
  readonly onCondition: () => void;
}

/** Nodes a page: what is parsed in one go. */
const PAGE = 100;
/** Milliseconds for a page of the list. */
const LIST_TIMEOUT = 60_000;
const WATCH_TIMEOUT = 30_000;
/** Milliseconds without a word after which a watch is taken for dead: a bookmark comes every minute. */
const SILENCE = 150_000;
/** Seconds after which the server ends a watch, so that it is not always the same server; half as much more by chance. */
const WATCH_SECONDS = 300;
/** Milliseconds of quiet watching after which all is well. */
const HEALTHY = 10_000;

/**
 * The Nodes of a cluster as this process knows them: listed once, then kept by a watch that is begun again where it
 * broke, for as long as the owner lives. What is known stays while the cluster is away.
 */
export class NodesReplica {
  readonly table: Table<KubernetesNode>;
  readonly #options: NodesReplicaOptions;
  readonly #host: Host;
  readonly #log: Changelog<KubernetesNode>;
  readonly #backoff: Backoff;
  #condition: AccessCondition = CONNECTING;
  #hasListed = false;
  /** Where in the history of the cluster the table stands; undefined: it must be listed. */
  #since: string | undefined;
  #server = '';
  #asking: 'list' | 'watch' = 'list';
  #round: LinkedAbort | undefined;
  #isAccessFollowed = false;

  constructor(options: NodesReplicaOptions) {
    const { host, owner } = options;
    this.#options = options;
    this.#host = ownedHost(host, owner);
    this.#log = new Changelog(host.clock);
    this.table = this.#log.table('nodes');
    // Whoever is refused is tried again soon enough for the one who just granted the right.
    this.#backoff = new Backoff(host.random, { cap: 20_000 });
    owner.run((signal) => this.#run(signal));
  }

  /** Whether a Node that the table does not have is none. */
  get hasListed(): boolean {
    return this.#hasListed;
  }

  get condition(): AccessCondition {
    return this.#condition;
  }

  /** Where the kubeconfig's directory is not there yet, each round tries again. */
  #followAccess(): void {
    if (this.#isAccessFollowed) return;
    const { access, owner } = this.#options;
    try {
      const watch = access.watch(() => {
        // Another file may lead to another cluster, with a history of its own.
        this.#since = undefined;
        this.#backoff.reset();
        this.#round?.abort();
      });
      this.#isAccessFollowed = true;
      owner.attach({ close: () => watch.stop(), drop: () => watch.stop() });
    } catch (thrown) {
      this.#host.log.debug('the kubeconfig is not watched', { error: messageOf(thrown) });
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      using round = linkedAbort(signal);
      this.#round = round;
      this.#followAccess();
      try {
        await this.#follow(round.signal);
      } catch (thrown) {
        if (!round.signal.aborted) this.#failed(thrown);
      }
      if (round.signal.aborted) continue;
      await sleep(this.#host.timers, this.#backoff.next(), round.signal, { background: true }).catch(() => undefined);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { owner, access } = this.#options;
    const api = await owner.guard(access.open());
    if (signal.aborted) return;
    this.#server = api.server;
    const since = this.#since ?? (await this.#list(api, signal));
    await this.#watch(api, since, signal);
  }

  async #list(api: KubernetesApi, signal: AbortSignal): Promise<string> {
    const { name, owner } = this.#options;
    const { timers, pace } = this.#host;
    this.#asking = 'list';
    const nodes = new Map<string, KubernetesNode>();
    for (let next: string | undefined; ;) {
      const query = { name, limit: PAGE, continue: next };
      const work = (signal: AbortSignal) => owner.guard(api.list(query, signal));
      const page = readListPage(await withDeadline(timers, LIST_TIMEOUT, signal, work));
      for (const node of page.nodes) nodes.set(node.name, node);
      if (page.continue === '') {
        this.#replace(nodes);
        this.#since = page.resourceVersion;
        return page.resourceVersion;
      }
      next = page.continue;
      const turn = pace.yield();
      if (turn !== undefined) await turn;
    }
  }

  async #watch(api: KubernetesApi, since: string, signal: AbortSignal): Promise<void> {
    const { timers, clock, random, pace } = this.#host;
    const { name, owner } = this.#options;
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + random.uniform() / 2));
    const query = { name, resourceVersion: since, timeoutSeconds };
    this.#asking = 'watch';
    const open = (signal: AbortSignal) => owner.guard(api.watch(query, signal));
    const watch = await withDeadline(timers, WATCH_TIMEOUT, signal, open);
    const begun = clock.monotonic();
    this.#become({ state: 'connected', server: api.server, message: '' });
    try {
      for (;;) {
        const json = await withDeadline(timers, SILENCE, signal, () => owner.guard(watch.next()));
        if (json === undefined) break;
        this.#apply(readWatchEvent(json));
        this.#backoff.reset();
        const turn = pace.yield();
        if (turn !== undefined) await turn;
      }
      if (clock.monotonic() - begun > HEALTHY) this.#backoff.reset();
    } finally {
      watch.close();
    }
  }

  #failed(thrown: unknown): void {
    const status = thrown instanceof KubernetesError ? thrown.status : undefined;
    if (status === GONE) {
      this.#since = undefined;
      this.#host.log.debug('the watch of Nodes is behind: listing them', { error: messageOf(thrown) });
      return;
    }
    // Such as 504: this history was never that long, so it is another one.
    if (status !== undefined && !isPassing(status)) this.#since = undefined;
    this.#become(conditionOf(thrown, { verb: this.#asking, server: this.#server }));
  }

  #become(condition: AccessCondition): void {
    const { state, server, message } = this.#condition;
    const isNew = state !== condition.state || server !== condition.server || message !== condition.message;
    if (!isNew) return;
    this.#condition = condition;
    const fields = { server: condition.server, ...(condition.message === '' ? {} : { error: condition.message }) };
    if (condition.state === 'connected') this.#host.log.info('the Nodes of Kubernetes are followed', fields);
    else this.#host.log.warn('the Nodes of Kubernetes cannot be followed', fields);
    this.#options.onCondition();
  }

  #replace(nodes: ReadonlyMap<string, KubernetesNode>): void {
    const writes: Write<KubernetesNode>[] = [];
    for (const { name } of this.table.list()) {
      if (!nodes.has(name)) writes.push({ table: this.table, key: name, after: undefined });
    }
    for (const node of nodes.values()) writes.push(...this.#write(node));
    if (writes.length > 0) this.#log.commit(writes);
    if (this.#hasListed) return;
    this.#hasListed = true;
    this.#options.onCondition();
  }

  #apply({ node, isDeleted, resourceVersion }: WatchEvent): void {
    this.#since = resourceVersion;
    if (node === undefined) return;
    const isKnown = this.table.get(node.name) !== undefined;
    const gone = isKnown ? [{ table: this.table, key: node.name, after: undefined }] : [];
    const writes = isDeleted ? gone : this.#write(node);
    if (writes.length > 0) this.#log.commit(writes);
  }

  #write(node: KubernetesNode): readonly Write<KubernetesNode>[] {
    const before = this.table.get(node.name);
    if (before !== undefined && isSameNode(before, node)) return [];
    return [{ table: this.table, key: node.name, after: node }];
  }
}

/** Whether the server may well know, next time, what it was asked for. */
function isPassing(status: number): boolean {
  return status === 401 || status === 403 || status === 429 || (status >= 500 && status !== 504);
}
