import { randomBytes } from 'node:crypto';
import { headersOf } from './connection.ts';

const SERVICE = '/sidero.discovery.server.Cluster/';
const ID_LENGTH = 44;
const DATA_LENGTH = 500;
const TTL_SECONDS = 1800;
/** Calls that one address makes: within the burst that a service allows it. */
const CALLS_OF_ADDRESS = 50;

export interface ClusterSize {
  /** Sealed endpoints of 16 bytes. */
  readonly endpoints: number;
}

/** The requests of one cluster, encoded. Affiliates are numbered; what they say has a version. */
export class ClusterRequests {
  readonly watch: Buffer;
  readonly hello: Buffer;
  readonly #cluster: Buffer;
  readonly #endpoints: Buffer;
  readonly #data = randomBytes(DATA_LENGTH);

  constructor(cluster: number, { endpoints }: ClusterSize = { endpoints: 2 }) {
    this.#cluster = field(1, idOf('cluster', cluster));
    this.watch = this.#cluster;
    this.hello = Buffer.concat([this.#cluster, field(2, Buffer.from('v1.13.0'))]);
    this.#endpoints = Buffer.concat(Array.from({ length: endpoints }, () => field(4, randomBytes(16))));
  }

  update(affiliate: number, version: number): Buffer {
    const data = Buffer.from(this.#data);
    data.writeUInt32BE(version);
    return Buffer.concat([
      this.#cluster,
      field(2, idOf('affiliate', affiliate)),
      field(3, data),
      this.#endpoints,
      field(5, Buffer.concat([Buffer.from([0x08]), varint(TTL_SECONDS)])),
    ]);
  }
}

/** Tells of each affiliate in a message of a watch: its number, and its version or that it is gone. */
export function eachAffiliate(message: Buffer, tell: (affiliate: number, version: number) => void): void {
  for (let at = 0; at < message.length && message[at] === 0x0a;) {
    let length = message[at + 1] ?? 0;
    let start = at + 2;
    if (length >= 0x80) {
      length = (length & 0x7f) | ((message[start] ?? 0) << 7);
      start += 1;
    }
    // Tag and length of the id, the id, then tag and length of the data.
    const data = start + 2 + ID_LENGTH + 3;
    at = start + length;
    if (at > data) tell(numberOf(message, start + 2), message.readUInt32BE(data));
  }
}

/** Header blocks of a method, as from ever new addresses, so that no limit on calls holds. */
export function headers(method: string): () => Buffer {
  let calls = 0;
  let head = headersOf(SERVICE + method);
  return () => {
    if (calls % CALLS_OF_ADDRESS === 0) {
      addresses += 1;
      const address = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
      head = headersOf(SERVICE + method, { 'x-real-ip': address });
    }
    calls += 1;
    return head;
  };
}

let addresses = 0;

function idOf(kind: string, number: number): Buffer {
  return Buffer.from(`${kind}-`.padEnd(ID_LENGTH - 6, '=') + String(number).padStart(6, '0'));
}

function numberOf(message: Buffer, start: number): number {
  let number = 0;
  for (let at = start + ID_LENGTH - 6; at < start + ID_LENGTH; at += 1) number = number * 10 + (message[at] ?? 48) - 48;
  return number;
}

function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(value.length), value]);
}

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >> 7]);
}
