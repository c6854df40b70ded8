import { RpcError, type RpcService, type ServerCall } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { countEndpoints } from '../../wire/entries.ts';
import { affiliateUpdateRequest, helloRequest } from '../../wire/messages.ts';
import { clientIpReader } from '../client-ip.ts';
import { LIMITS } from '../limits.ts';
import { manualWorld } from '../service.fixture.ts';
import { Clusters } from '../state/clusters.ts';
import { expiryOf } from '../state/lease.ts';
import { discoveryRpcService } from './rpc-service.ts';
import { Watches } from './watches.ts';

function make() {
  const { host } = manualWorld();
  const clusters = new Clusters(host.clock, { maxClusters: 5 });
  const watches = new Watches({ host, clusters, maxWatchers: 5, stuckTimeout: 1000 });
  const hello = {
    clientIp: clientIpReader({ xRealIp: true, firstXForwardedFor: true }),
    reportsClientIp: true,
    redirect: undefined,
    redirectClusters: new Map<string, string>(),
  };
  return { clusters, watches, service: discoveryRpcService({ clusters, watches, hello }) };
}

const gone = AbortSignal.abort();

async function answer(service: RpcService, path: string, request: Uint8Array, header: string): Promise<unknown> {
  const metadata = new Map([
    ['x-real-ip', [header]],
    ['x-forwarded-for', [header]],
  ]);
  const call = { peer: header, metadata, signal: gone } as unknown as ServerCall;
  const handler = service.unary.get(path);
  try {
    if (handler !== undefined) return await handler(request, call);
    return await service.streams.get(path)?.(request, call, { write: () => undefined, writePart: () => undefined });
  } catch (error) {
    expect(error).toBeInstanceOf(RpcError);
    expect(['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED']).toContain((error as RpcError).status);
    return undefined;
  }
}

const METHODS = [...make().service.unary.keys(), ...make().service.streams.keys()];

const bytes = fc.uint8Array({ maxLength: 40 });
const id = fc.oneof(fc.constantFrom('c', 'd'), fc.string({ unit: 'binary', maxLength: 300 }));
const hello = fc.record({ clusterId: id, clientVersion: fc.string({ unit: 'binary' }) }).map(helloRequest.encode);
const update = fc
  .record({
    clusterId: id,
    affiliateId: id,
    data: fc.oneof(bytes, fc.uint8Array({ maxLength: 2100, size: 'max' })),
    endpoints: fc.array(bytes, { maxLength: 70 }),
    ttlNanos: fc.oneof(fc.double({ noNaN: true, min: -(2 ** 63), max: 2 ** 63 }).map(Math.trunc), fc.constant(1e9)),
  })
  .map(affiliateUpdateRequest.encode);
const damaged = fc
  .tuple(fc.oneof(hello, update), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat())
  .map(([message, changes, cut]) => {
    const copy = message.slice(0, cut % 3 === 0 ? cut % (message.length + 1) : message.length);
    for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });
const requests = fc.array(
  fc.record({ path: fc.constantFrom(...METHODS), request: fc.oneof(bytes, damaged), header: fc.string() }),
  { maxLength: 30 },
);

describe('whatever is sent', () => {
  test.prop([requests])('is answered or refused, and leaves a sound state', async (requests) => {
    const { clusters, watches, service } = make();
    for (const { path, request, header } of requests) await answer(service, path, request, header);
    expect(watches.count).toBe(0);
    expect(clusters.size).toBeLessThanOrEqual(5);
    for (const table of clusters.all()) {
      expect(table.size).toBeGreaterThan(0);
      for (const { entry, lease } of table.list()) {
        expect(countEndpoints(entry)).toBeLessThanOrEqual(LIMITS.endpointsPerAffiliate);
        expect(Number.isFinite(expiryOf(lease))).toBe(true);
        expect(entry.length).toBeLessThan(5000);
      }
    }
  });
});
