import { Buffer } from 'node:buffer';
import {
  RpcError,
  silentLogger,
  timestampFromMillis,
  type CallOptions,
  type ChannelOptions,
  type Host,
  type LogFields,
  type Pace,
  type RpcChannel,
  type RpcTarget,
} from '@cosi-ts/core';
import { createAffiliateCipher } from '../crypto/affiliate-cipher.ts';
import { createEndpointCipher } from '../crypto/endpoint-cipher.ts';
import type { AffiliateData } from '../wire/affiliate-data.ts';
import type { EndpointData } from '../wire/endpoint-data.ts';
import {
  affiliateUpdateRequest,
  helloResponse,
  watchResponse,
  type AffiliateUpdateRequest,
  type PublishedAffiliate,
} from '../wire/messages.ts';

export const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
export const cipher = createAffiliateCipher(KEY);
export const endpointCipher = createEndpointCipher(KEY);
export const EMPTY = new Uint8Array(0);

export function data(nodeId: string): AffiliateData {
  return {
    nodeId,
    addresses: [Uint8Array.of(10, 0, 0, 1)],
    hostname: `host of ${nodeId}`,
    nodename: '',
    machineType: 'worker',
    operatingSystem: '',
  };
}

export function endpoint(port: number): EndpointData {
  return { ip: Uint8Array.of(10, 0, 0, 2), port };
}

export function published(id: string, endpoints: readonly EndpointData[] = []): PublishedAffiliate {
  return { id, data: cipher.seal(data(id), Buffer.alloc(12, id)), endpoints: endpoints.map(endpointCipher.seal) };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

interface Call {
  readonly method: string;
  readonly request: Uint8Array;
}

/** A service that does as the test says. */
export class FakeService {
  readonly calls: Call[] = [];
  redirect = '';
  /** What Hello answers, if it is no answer. */
  nonsense: Uint8Array | undefined;
  channelOptions: ChannelOptions | undefined;
  readonly #failures = new Map<string, RpcError>();
  #messages: (Uint8Array | undefined)[] = [];
  #waiting: ((message: Uint8Array | undefined) => void) | undefined;

  /** `METHOD`, or `METHOD affiliate`. */
  fail(what: string, error: RpcError | undefined): void {
    if (error === undefined) this.#failures.delete(what);
    else this.#failures.set(what, error);
  }

  updates(): AffiliateUpdateRequest[] {
    return this.calls
      .filter(({ method }) => method === 'AffiliateUpdate')
      .map(({ request }) => affiliateUpdateRequest.decode(request));
  }

  snapshot(affiliates: readonly PublishedAffiliate[]): void {
    this.#send(watchResponse.encode({ affiliates, deleted: false }));
  }

  change(affiliate: PublishedAffiliate): void {
    this.snapshot([affiliate]);
  }

  remove(id: string): void {
    this.#send(watchResponse.encode({ affiliates: [{ id, data: EMPTY, endpoints: [] }], deleted: true }));
  }

  /** Any message. */
  say(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  endWatch(): void {
    this.#send(undefined);
  }

  connect(options: ChannelOptions | undefined, closed: () => void): RpcChannel {
    this.channelOptions = options;
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    const end = (): void => {
      closed();
      ended.reject(new RpcError('CANCELLED', 'closed'));
    };
    const bound = <T>(answer: Promise<T>, options: CallOptions | undefined): Promise<T> => {
      const aborted = new Promise<never>((_, reject) =>
        options?.signal?.addEventListener('abort', () => reject(new RpcError('CANCELLED', 'aborted'))),
      );
      return Promise.race([answer, ended.promise, aborted]);
    };
    return {
      isClosed: false,
      close: end,
      unary: (method, request, options) => bound(this.#answer(method, request), options),
      stream: (method, request, options) => {
        this.#messages = [];
        const opened = this.#answer(method, request);
        return {
          cancel: () => undefined,
          next: () =>
            bound(
              opened.then(() => this.#next()),
              options,
            ),
        };
      },
    };
  }

  async #answer(path: string, request: Uint8Array): Promise<Uint8Array> {
    const method = path.slice('/sidero.discovery.server.Cluster/'.length);
    this.calls.push({ method, request });
    const affiliate = method === 'AffiliateUpdate' ? affiliateUpdateRequest.decode(request).affiliateId : '';
    const failure = this.#failures.get(method) ?? this.#failures.get(`${method} ${affiliate}`);
    if (failure !== undefined) throw failure;
    if (method !== 'Hello') return EMPTY;
    if (this.nonsense !== undefined) return this.nonsense;
    const redirect = this.redirect === '' ? {} : { redirect: this.redirect };
    return helloResponse.encode({ clientIp: Uint8Array.of(127, 0, 0, 1), ...redirect });
  }

  #send(message: Uint8Array | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }

  #next(): Promise<Uint8Array | undefined> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    return new Promise((resolve) => (this.#waiting = resolve));
  }
}

/** Time that passes when the test says so, and services by address. */
export class FakeWorld {
  now = 0;
  readonly warnings: string[] = [];
  openChannels = 0;
  pace: Pace = { yield: () => undefined };
  readonly #services = new Map<string, FakeService>();
  #timers: { readonly at: number; readonly fire: () => void }[] = [];

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** The service at an address, from the first time it is asked for. */
  service(address: string): FakeService {
    const service = this.#services.get(address) ?? new FakeService();
    this.#services.set(address, service);
    return service;
  }

  get host(): Host {
    const warn = (message: string, _fields?: LogFields): void => void this.warnings.push(message);
    const log = { ...silentLogger, warn, child: () => log };
    return {
      clock: {
        now: () => timestampFromMillis(this.now),
        millis: () => this.now,
        monotonic: () => this.now,
      },
      timers: {
        after: (millis, fire) => {
          const timer = { at: this.now + millis, fire };
          this.#timers.push(timer);
          return { cancel: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) };
        },
      },
      random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)), uniform: () => 0.999 },
      files: undefined as never,
      rpc: {
        connect: (target: RpcTarget, options?: ChannelOptions) => {
          const service = this.#services.get(target.address);
          if (service === undefined) throw new RpcError('UNAVAILABLE', `nobody at ${target.address}`);
          this.openChannels += 1;
          let open = true;
          return service.connect(options, () => {
            if (open) this.openChannels -= 1;
            open = false;
          });
        },
        listen: () => Promise.reject(new RpcError('UNIMPLEMENTED', 'no listening here')),
      },
      log,
      pace: { yield: () => this.pace.yield() },
    };
  }

  /** Lets everything happen that needs no time. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async pass(millis: number): Promise<void> {
    const until = this.now + millis;
    await this.settle();
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.now = next.at;
      next.fire();
      await this.settle();
    }
    this.now = until;
    await this.settle();
  }
}
