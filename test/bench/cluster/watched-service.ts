import type { Rpc, RpcChannel, RpcStream } from '@cosi-ts/core';
import { createAffiliateCipher, createEndpointCipher, NONCE_BYTES, type AffiliateData } from '@cosi-ts/discovery';

/** A node of the cluster as others see it, and where it is reached. */
export interface Published {
  readonly data: AffiliateData;
  readonly port: number;
}

/**
 * A discovery service within the process, without limits, transport or memory: what it tells its one watcher is what
 * the benchmark says, as bytes of the wire.
 */
export class WatchedService {
  readonly #affiliates: ReturnType<typeof createAffiliateCipher>;
  readonly #endpoints: ReturnType<typeof createEndpointCipher>;
  #messages: Uint8Array[] = [];
  #waiting: ((message: Uint8Array) => void) | undefined;
  #nonce = 0;

  constructor(key: Uint8Array) {
    this.#affiliates = createAffiliateCipher(key);
    this.#endpoints = createEndpointCipher(key);
  }

  /** One message of the watch. */
  tell(published: readonly Published[]): void {
    const message = Buffer.concat(published.map((one) => field(1, this.#seal(one))));
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }

  /** A way to it, whatever the address. */
  rpc(real: Rpc): Rpc {
    const stream: RpcStream = { cancel: () => undefined, next: () => this.#next() };
    const channel: RpcChannel = {
      unary: (method) => Promise.resolve(method.endsWith('/Hello') ? field(2, Buffer.from([127, 0, 0, 1])) : EMPTY),
      stream: () => stream,
      isClosed: false,
      close: () => undefined,
    };
    return { ...real, connect: () => channel };
  }

  #next(): Promise<Uint8Array> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  #seal({ data, port }: Published): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUInt32BE((this.#nonce += 1));
    const endpoint = this.#endpoints.seal({ ip: Buffer.from([10, 0, 0, 1]), port });
    return Buffer.concat([
      field(1, Buffer.from(data.nodeId)),
      field(2, this.#affiliates.seal(data, nonce)),
      field(3, endpoint),
    ]);
  }
}

const EMPTY = new Uint8Array(0);

/** A field of protobuf whose value has a length. */
function field(number: number, value: Uint8Array): Buffer {
  const length = [];
  for (let rest = value.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), value]);
}
