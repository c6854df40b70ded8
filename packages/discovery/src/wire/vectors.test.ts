import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { encodeDeletion, packEntry } from './entries.ts';
import * as messages from './messages.ts';
import { pack, unpack } from './packed.ts';

// Bytes that the original service and client exchange.
const SEALED =
  '000102030405060708090a0b4d04b874a180ef2a9f459d8bb1e86268ebb9f440c1595a12570380b4376563dd6f64dc93c3b17ef91ac12318143302cd6175e3e6c31e35fc6544';
const ENDPOINT = '45c55198f8ad5b07dd423e192f7e13e8';

describe('wire vectors', () => {
  test('HelloRequest', () => {
    const hello = { clusterId: 'cluster-1', clientVersion: 'v1.12.4' };
    const wire = '0a09636c75737465722d31120776312e31322e34';
    expect(hex(messages.helloRequest.encode(hello))).toBe(wire);
    expect(messages.helloRequest.decode(bytes(wire))).toEqual(hello);
  });

  test('HelloResponse, with and without a redirect', () => {
    const clientIp = Uint8Array.of(127, 0, 0, 1);
    expect(hex(messages.helloResponse.encode({ clientIp }))).toBe('12047f000001');
    const wire = '0a150a136e65772e6578616d706c652e636f6d3a34343312047f000001';
    expect(hex(messages.helloResponse.encode({ redirect: 'new.example.com:443', clientIp }))).toBe(wire);
    expect(messages.helloResponse.decode(bytes(wire)).redirect).toBe('new.example.com:443');
  });

  test('AffiliateUpdateRequest', () => {
    const update = {
      clusterId: 'cluster-1',
      affiliateId: 'node-1',
      data: bytes(SEALED),
      endpoints: [bytes(ENDPOINT)],
      ttlNanos: 1_800_000_000_000,
    };
    const wire = `0a09636c75737465722d3112066e6f64652d311a46${SEALED}2210${ENDPOINT}2a0308880e`;
    expect(hex(messages.affiliateUpdateRequest.encode(update))).toBe(wire);
    expect(messages.affiliateUpdateRequest.decode(Uint8Array.from(bytes(wire)))).toEqual({
      ...update,
      data: Uint8Array.from(update.data),
      endpoints: update.endpoints.map((endpoint) => Uint8Array.from(endpoint)),
    });
  });

  test('WatchResponse of an update and of a deletion', () => {
    const content = { data: pack(bytes(SEALED)), endpoints: [pack(bytes(ENDPOINT))] };
    expect(hex(unpack(packEntry('node-1', content)))).toBe(`0a620a066e6f64652d311246${SEALED}1a10${ENDPOINT}`);
    expect(hex(encodeDeletion('node-1'))).toBe('0a080a066e6f64652d311001');
  });

  test('an empty snapshot has no bytes', () => {
    expect(messages.watchResponse.encode({ affiliates: [], deleted: false })).toHaveLength(0);
  });
});

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
