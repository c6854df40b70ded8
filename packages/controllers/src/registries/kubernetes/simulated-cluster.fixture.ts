import {
  FileError,
  RpcError,
  linkedAbort,
  type Host,
  type RpcService,
  type RpcSink,
  type ServerCall,
} from '@cosi-ts/core';
import { KubernetesError, type KubernetesAccess, type KubernetesApi } from './api.ts';
import { GONE, statusError } from './watch-event.ts';

/** A Node as the tests give it; everything else is left out. */
export interface FakeNode {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly podCIDRs?: readonly string[];
  readonly hostname?: string;
  readonly osImage?: string;
}

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly name: string;
  readonly object: object;
}

const KUBERNETES = 'kubernetes:6443';
const PREFIX = '/kubernetes/';
const BOOKMARK_INTERVAL = 60_000;

/**
 * What the API server of a cluster knows of its Nodes, with a history that can be compacted: served over the seam of the
 * simulation, so that its faults strike here too. It outlives its server, as etcd does.
 */
export class SimulatedCluster {
  readonly #nodes = new Map<string, { node: FakeNode; version: number }>();
  readonly #waiting = new Set<() => void>();
  #history: Event[] = [];
  #version = 100;
  #compacted = 100;
  /** Calls that reached it, by what they were: `list`, `watch`, `annotate`. */
  readonly calls: string[] = [];
  /** Where the watches began. */
  readonly since: string[] = [];
  /** What is refused, with 403. */
  readonly forbidden = new Set<string>();
  /** Statuses that the next calls end with, whatever they are. */
  readonly failures: number[] = [];
  /** What a watch sends before anything else. */
  readonly garbage: string[] = [];
  isSilent = false;
  /** What lists are answered with by whoever is no API server. */
  nonsense: string | undefined;

  get(name: string): FakeNode | undefined {
    return this.#nodes.get(name)?.node;
  }

  versionOf(name: string): number | undefined {
    return this.#nodes.get(name)?.version;
  }

  put(name: string, node: FakeNode): void {
    const type = this.#nodes.has(name) ? 'MODIFIED' : 'ADDED';
    this.#nodes.set(name, { node, version: this.#version + 1 });
    this.#record(type, name);
  }

  annotate(name: string, changes: Readonly<Record<string, string | null>>): void {
    const node = this.get(name);
    if (node === undefined) throw new Error(`no Node ${name}`);
    const annotations = { ...node.annotations };
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) delete annotations[key];
      else annotations[key] = value;
    }
    // As a real one: nothing changes, nothing happens.
    if (JSON.stringify(annotations) !== JSON.stringify(node.annotations ?? {}))
      this.put(name, { ...node, annotations });
  }

  remove(name: string): void {
    const object = this.#objectOf(name);
    if (!this.#nodes.delete(name)) return;
    this.#record('DELETED', name, object);
  }

  /** From now on nobody can watch from before now. */
  compact(): void {
    this.#compacted = this.#version;
    this.#history = [];
  }

  service(host: Host): RpcService {
    const unary = new Map([
      [
        `${PREFIX}list`,
        async (request: Uint8Array) => {
          const page = this.#list(decode(request) as ListRequest);
          return this.nonsense === undefined ? encode(page) : encodeText(this.nonsense);
        },
      ],
      [
        `${PREFIX}annotate`,
        async (request: Uint8Array) => {
          const { name, annotations } = decode(request) as { name: string; annotations: Record<string, string | null> };
          this.#admit('annotate');
          if (!this.#nodes.has(name)) throw refusal(404, `nodes "${name}" not found`);
          this.annotate(name, annotations);
          return new Uint8Array();
        },
      ],
    ]);
    const watch = (request: Uint8Array, call: ServerCall, sink: RpcSink) =>
      this.#watch(decode(request) as WatchRequest, call.signal, host, (text) => sink.write(encodeText(text)));
    return { name: 'kubernetes', unary, streams: new Map([[`${PREFIX}watch`, watch]]) };
  }

  #admit(verb: string): void {
    this.calls.push(verb);
    const status = this.failures.shift();
    if (status !== undefined) throw refusal(status, `this is ${status}`);
    if (this.forbidden.has(verb)) throw refusal(403, `nodes is forbidden: cannot ${verb}`);
  }

  #list({ name, limit, continue: from = '' }: ListRequest): object {
    this.#admit('list');
    const names = [...this.#nodes.keys()].sort().filter((one) => one > from && (name === undefined || one === name));
    const page = names.slice(0, limit);
    const next = names.length > page.length ? page.at(-1) : '';
    return {
      metadata: { resourceVersion: String(this.#version), continue: next },
      items: page.map((one) => this.#objectOf(one)),
    };
  }

  async #watch(
    { name, resourceVersion, timeoutSeconds }: WatchRequest,
    signal: AbortSignal,
    { timers }: Host,
    send: (text: string) => Promise<void> | undefined,
  ): Promise<void> {
    this.#admit('watch');
    this.since.push(resourceVersion);
    // The headers: the caller knows now that it is being told.
    await send('');
    for (const text of this.garbage.splice(0)) await send(text);
    let since = Number(resourceVersion);
    using over = linkedAbort(signal);
    const ending = timers.after(timeoutSeconds * 1000, () => over.abort(), { background: true });
    let isBookmarkDue = false;
    const tick = () =>
      timers.after(
        BOOKMARK_INTERVAL,
        () => {
          isBookmarkDue = true;
          bookmarks = tick();
          for (const wake of this.#waiting) wake();
        },
        { background: true },
      );
    let bookmarks = tick();
    try {
      while (!over.signal.aborted) {
        if (since < this.#compacted) {
          await send(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: GONE, message: 'too old' } }));
          return;
        }
        const events = this.isSilent ? [] : this.#history.filter(({ version }) => version > since);
        for (const event of events) {
          since = event.version;
          if (name === undefined || name === event.name) {
            await send(JSON.stringify({ type: event.type, object: event.object }));
          }
        }
        if (isBookmarkDue && !this.isSilent) {
          since = this.#version;
          const object = { kind: 'Node', metadata: { resourceVersion: String(since) } };
          await send(JSON.stringify({ type: 'BOOKMARK', object }));
        }
        isBookmarkDue = false;
        if (events.length === 0 || this.isSilent) await this.#news(over.signal);
      }
    } finally {
      ending.cancel();
      bookmarks.cancel();
    }
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #record(type: Event['type'], name: string, last?: object): void {
    this.#version += 1;
    const object = last === undefined ? this.#objectOf(name) : withVersion(last, this.#version);
    this.#history.push({ type, name, version: this.#version, object });
    for (const wake of this.#waiting) wake();
  }

  #objectOf(name: string): object {
    const { node = {}, version = 0 } = this.#nodes.get(name) ?? {};
    const { labels, annotations, podCIDRs, hostname, osImage } = node;
    return {
      kind: 'Node',
      metadata: { name, resourceVersion: String(version), labels, annotations },
      spec: { podCIDRs },
      status: {
        addresses: hostname === undefined ? [] : [{ type: 'Hostname', address: hostname }],
        nodeInfo: { osImage: osImage ?? 'Talos (v1.3.0)' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    };
  }
}

/** A way to the cluster that a simulated machine serves; as long as it is not watchable nobody hears of changes. */
export interface SimulatedAccess extends KubernetesAccess {
  isWatchable: boolean;
  readonly watching: ReadonlySet<() => void>;
  changed(): void;
}

export function simulatedAccess({ rpc }: Host, address = KUBERNETES): SimulatedAccess {
  const watching = new Set<() => void>();
  return {
    isWatchable: true,
    watching,
    open: async () => apiOf(rpc, address),
    watch(changed) {
      if (!this.isWatchable) throw new FileError('ENOENT', 'kubeconfig', 'no such directory');
      const tell = (): void => changed();
      watching.add(tell);
      return { stop: () => watching.delete(tell) };
    },
    changed() {
      for (const tell of watching) tell();
    },
  };
}

function apiOf(rpc: Host['rpc'], address: string): KubernetesApi {
  const asked = async (verb: string, request: object, signal: AbortSignal): Promise<Uint8Array> => {
    const channel = rpc.connect({ address });
    try {
      return await channel.unary(PREFIX + verb, encode(request), { signal });
    } catch (thrown) {
      throw answered(thrown);
    } finally {
      channel.close();
    }
  };
  return {
    server: `https://${address}`,
    list: async (query, signal) => new TextDecoder().decode(await asked('list', query, signal)),
    async watch(query, signal) {
      const channel = rpc.connect({ address });
      const stream = channel.stream(`${PREFIX}watch`, encode(query), { signal });
      const next = async (): Promise<string | undefined> => {
        try {
          const message = await stream.next();
          return message && new TextDecoder().decode(message);
        } catch (thrown) {
          channel.close();
          throw answered(thrown);
        }
      };
      await next();
      return { next, close: () => channel.close() };
    },
    annotate: async (name, annotations, signal) => void (await asked('annotate', { name, annotations }, signal)),
  };
}

interface ListRequest {
  readonly name?: string;
  readonly limit: number;
  readonly continue?: string;
}

interface WatchRequest {
  readonly name?: string;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
}

function withVersion(object: object, version: number): object {
  const { metadata } = object as { metadata: object };
  return { ...object, metadata: { ...metadata, resourceVersion: String(version) } };
}

/** The seam has no HTTP statuses: they travel in the message. */
function refusal(status: number, message: string): RpcError {
  return new RpcError('ABORTED', JSON.stringify({ kind: 'Status', code: status, message }));
}

function answered(thrown: unknown): unknown {
  if (!(thrown instanceof RpcError)) return thrown;
  if (thrown.message.includes('{')) return statusError(JSON.parse(thrown.message.slice(thrown.message.indexOf('{'))));
  return new KubernetesError(thrown.message);
}

const encode = (value: object): Uint8Array => encodeText(JSON.stringify(value));
const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
