import { Buffer } from 'node:buffer';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Codec } from './codec.ts';
import { MalformedMessageError } from './malformed.ts';
import * as messages from './messages.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 });
const bytes = fc.uint8Array({ maxLength: 60 });
const affiliates = fc.array(fc.record({ id: text, data: bytes, endpoints: fc.array(bytes, { maxLength: 3 }) }));

describe('messages of the service', () => {
  describe.each<{ name: string; codec: Codec<unknown>; values: fc.Arbitrary<unknown> }>([
    row('HelloRequest', messages.helloRequest, fc.record({ clusterId: text, clientVersion: text })),
    row(
      'HelloResponse',
      messages.helloResponse,
      fc.record({ redirect: text, clientIp: bytes }, { requiredKeys: ['clientIp'] }),
    ),
    row(
      'AffiliateUpdateRequest',
      messages.affiliateUpdateRequest,
      fc.record({
        clusterId: text,
        affiliateId: text,
        data: bytes,
        endpoints: fc.array(bytes),
        ttlNanos: fc.maxSafeInteger(),
      }),
    ),
    row('AffiliateDeleteRequest', messages.affiliateDeleteRequest, fc.record({ clusterId: text, affiliateId: text })),
    row('ListRequest and WatchRequest', messages.clusterRequest, fc.record({ clusterId: text })),
    row('ListResponse', messages.listResponse, fc.record({ affiliates })),
    row('WatchResponse', messages.watchResponse, fc.record({ affiliates, deleted: fc.boolean() })),
    row('empty response', messages.emptyResponse, fc.constant(undefined)),
  ])('$name', ({ codec, values }) => {
    test.prop([values])('comes back as it was', (value) => {
      expect(codec.decode(codec.encode(value))).toEqual(value);
    });

    test.prop([fc.uint8Array({ maxLength: 100 })])('refuses other bytes with one error', (random) => {
      try {
        codec.decode(random);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
    });
  });

  test.prop([fc.uint8Array({ minLength: 1, maxLength: 20 })])('an id is UTF-8 or it is refused', (id) => {
    const request = Buffer.concat([Uint8Array.of(0x0a, id.length), id]);
    if (isUtf8(id)) {
      expect(Buffer.from(messages.clusterRequest.decode(request).clusterId)).toEqual(Buffer.from(id));
    } else {
      expect(() => messages.clusterRequest.decode(request)).toThrow(MalformedMessageError);
    }
  });

  test('an id with a lone surrogate is refused before it becomes another id', () => {
    expect(() => messages.clusterRequest.encode({ clusterId: 'a\udc00' })).toThrow(MalformedMessageError);
  });

  test('an absent TTL is none, and no data is the same as absent data', () => {
    const request = Uint8Array.from(Buffer.from('0a01611201621a00', 'hex'));
    expect(messages.affiliateUpdateRequest.decode(request)).toEqual({
      clusterId: 'a',
      affiliateId: 'b',
      data: new Uint8Array(0),
      endpoints: [],
      ttlNanos: 0,
    });
  });
});

function row<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>) {
  return { name, codec: codec as Codec<unknown>, values };
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf8').equals(bytes);
}
