import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * Where each acceptance case of the published service and client is tested here: what it says, the file, and what the
 * title of the test begins with. Files are relative to the root of the repository.
 */
const SERVER = 'packages/discovery/src/server';
const CLIENT = 'packages/discovery/src/client';
const CASES: readonly (readonly [id: string, says: string, file: string, title: string])[] = [
  ['S1', 'Hello tells the address', `${SERVER}/discovery-service.test.ts`, 'tells where the caller is seen from'],
  ['S2', 'X-Real-IP', `${SERVER}/discovery-service.test.ts`, 'believes %s only where it is trusted'],
  ['S3', 'X-Forwarded-For', `${SERVER}/discovery-service.test.ts`, 'believes %s only where it is trusted'],
  ['S4', 'update, endpoints added', `${SERVER}/discovery-service.test.ts`, 'keep their data and collect endpoints'],
  ['S5', 'delete is idempotent', `${SERVER}/discovery-service.test.ts`, 'are deleted, as often as one likes'],
  ['S6', 'watch', `${SERVER}/discovery-service.test.ts`, 'begins with everything and goes on with one change'],
  ['S7', 'address reporting off', `${SERVER}/discovery-service.test.ts`, 'keeps addresses to itself'],
  ['S8', 'validation', `${SERVER}/discovery-service.test.ts`, 'refused as INVALID_ARGUMENT:'],
  ['S9', '1,024 affiliates', `${SERVER}/discovery-service.test.ts`, 'are 1,024 a cluster at most'],
  ['S10', '64 endpoints', `${SERVER}/discovery-service.test.ts`, 'have 64 endpoints at most'],
  ['S11', 'rate limit', `${SERVER}/discovery-service.test.ts`, 'wait for their turn, or are refused at once'],
  ['S12', 'redirect', `${SERVER}/discovery-service.test.ts`, 'sends everybody elsewhere, and single clusters'],
  ['S13', 'metrics are well-formed', 'packages/cli/src/discovery/metrics.test.ts', 'follow the conventions'],
  ['S14', 'version label', `${SERVER}/version-label.test.ts`, 'the version label'],
  ['S15', 'inspect page', `${SERVER}/pages/pages.test.ts`, 'show a cluster as it is, in hexadecimal'],
  ['S16', 'stats are cached', `${SERVER}/pages/pages.test.ts`, 'count affiliates once an hour'],
  ['T1', 'mutations of an affiliate', `${SERVER}/state/clusters.test.ts`, 'extends, prunes and loses an affiliate'],
  ['T2', '64 endpoints', `${SERVER}/discovery-service.test.ts`, 'have 64 endpoints at most'],
  ['T3', 'mutations of a cluster', `${SERVER}/state/clusters.test.ts`, 'is what a plain model of it is'],
  ['T4', 'order of deletions', `${SERVER}/calls/watch.test.ts`, 'tell of deletions in the order'],
  ['T4', 'one that never reads', `${SERVER}/discovery-service.test.ts`, 'is ABORTED after the bound'],
  ['T5', '1,024 affiliates', `${SERVER}/discovery-service.test.ts`, 'are 1,024 a cluster at most'],
  ['T6', 'collection of clusters', `${SERVER}/discovery-service.test.ts`, 'leaves no cluster that is neither used nor'],
  ['T7', 'collection of addresses', 'packages/core/src/retry/rate-limiter.test.ts', 'forgets an address whose bucket'],
  ['T8', 'addresses are independent', 'packages/core/src/retry/rate-limiter.test.ts', 'knows one address from another'],
  ['T9', 'unchanged data', `${SERVER}/state/clusters.test.ts`, 'keeps an entry as it is while only lifetimes change'],
  ['P1', 'export', 'packages/discovery/src/wire/snapshot.test.ts', 'come back as they were'],
  ['P2', 'import', 'packages/discovery/src/wire/snapshot.test.ts', 'come back as they were'],
  [
    'P3',
    'absolute expirations',
    'packages/discovery/src/wire/snapshot.test.ts',
    'with absolute expirations count from now',
  ],
  ['P4', 'largest cluster', 'packages/discovery/src/wire/snapshot.test.ts', 'are refused if a cluster is larger'],
  ['P5', 'save and load', `${SERVER}/snapshots/snapshots.test.ts`, 'bring everything back'],
  ['P6', 'schedule', `${SERVER}/snapshots/snapshots.test.ts`, 'are saved every interval, and once more at the end'],
  ['C1', 'two clients', `${CLIENT}/client-and-service.test.ts`, 'two find each other'],
  ['C2', 'expiry', `${CLIENT}/client-and-service.test.ts`, 'one that dies goes when its TTL ends'],
  ['C3', '5, 15 and 50 nodes', `${CLIENT}/client-and-service.test.ts`, '%i nodes see all others'],
  ['C3', 'over real sockets', `${CLIENT}/real-sockets.test.ts`, 'twenty nodes find each other'],
  ['C4', 'redirect', `${CLIENT}/real-sockets.test.ts`, 'a service that stops is followed'],
  ['C5', 'nothing is left', `${CLIENT}/real-sockets.test.ts`, 'closing leaves nothing open'],
  ['C6', 'deleted by others', `${CLIENT}/client-and-service.test.ts`, 'a deletion by a third party is healed'],
  ['C7', 'deleted by itself', `${CLIENT}/client-and-service.test.ts`, 'a deletion by a third party is healed'],
  ['C8', 'one plaintext port', 'packages/core/src/rpc/grpc/web.test.ts', 'serves calls and pages'],
  ['C8', 'one TLS port', 'packages/core/src/rpc/grpc/web.test.ts', 'serves calls and pages, by ALPN or without'],
  ['C8', 'silent client at the end', 'packages/core/src/rpc/grpc/web.test.ts', 'closes although a client says nothing'],
  ['C8', 'proxies', 'packages/core/src/rpc/grpc/http-proxy.test.ts', 'connections go through the proxy that the env'],
  ['C8', 'roots', 'packages/core/src/rpc/grpc/tls.test.ts', 'a client without authorities of its own trusts'],
  ['gap', 'partial expiry', `${SERVER}/discovery-service.test.ts`, 'takes single endpoints away, which is an update'],
  ['gap', 'slow watcher over the wire', `${SERVER}/discovery-service.test.ts`, 'is ABORTED after the bound'],
  [
    'gap',
    'shutdown ends watches with OK',
    `${SERVER}/discovery-service.test.ts`,
    'ends cleanly when the service stops',
  ],
  ['gap', 'peers prolong, data shortens', `${SERVER}/discovery-service.test.ts`, 'is shortened by data with a shorter'],
  ['gap', '65th endpoint', `${SERVER}/discovery-service.test.ts`, 'have 64 endpoints at most, and an update beyond'],
  ['gap', 'odd endpoints', `${CLIENT}/discovery-client.test.ts`, 'endpoints that are no endpoints are skipped'],
  ['gap', 'undecryptable data', `${CLIENT}/discovery-client.test.ts`, 'data that cannot be read leaves the last good'],
  ['gap', 'waiting for a turn', `${SERVER}/discovery-service.test.ts`, 'that go away while they wait take no turn'],
  ['gap', 'emptied state', `${SERVER}/snapshots/snapshots.test.ts`, 'of an emptied state are empty'],
  ['gap', '4 MiB', `${CLIENT}/real-sockets.test.ts`, 'a cluster as full as it can be'],
  ['gap', 'failed refresh', `${CLIENT}/discovery-client.test.ts`, 'a failed refresh goes through backoff at once'],
  ['gap', 'wrong key', `${CLIENT}/client-and-service.test.ts`, 'one without the secret sees nobody'],
  ['gap', 'TTL bounds', `${SERVER}/limits.test.ts`, 'limits'],
  ['gap', 'identical refresh', `${SERVER}/discovery-service.test.ts`, 'hears nothing of what is there already'],
];

test.each(CASES)('%s, %s', async (_id, _says, file, title) => {
  const text = await readFile(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
  expect(text).toContain(`('${title}`);
});
