import { createServer } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type * as Grpc from '@grpc/grpc-js';

// The same service in the plainest way, as a floor of what the library, or Node's HTTP/2 below it, costs: no limits, no
// lifetimes, no care for whoever is slow. A change is made into bytes once, and the same bytes are written to each who
// watches. `plain-service.ts ADDRESS METRICS-ADDRESS grpc-js|http2`

const [address = '', metrics = '', library] = process.argv.slice(2);
const SERVICE = '/sidero.discovery.server.Cluster/';
const NOTHING = Buffer.alloc(0);

type Tell = (message: Buffer) => void;

interface Cluster {
  readonly affiliates: Map<string, Buffer>;
  readonly watchers: Set<Tell>;
}

const clusters = new Map<string, Cluster>();

function clusterOf(request: Buffer): Cluster {
  const id = request.toString('latin1', 2, 2 + ID_LENGTH);
  let cluster = clusters.get(id);
  if (cluster === undefined) clusters.set(id, (cluster = { affiliates: new Map(), watchers: new Set() }));
  return cluster;
}

/** Requests are the driver's: ids of 44 bytes, and a TTL of 5 at the end. */
const ID_LENGTH = 44;
const CLUSTER_LENGTH = 2 + ID_LENGTH;
const TTL_LENGTH = 5;

function update(request: Buffer): void {
  const { affiliates, watchers } = clusterOf(request);
  const id = request.toString('latin1', CLUSTER_LENGTH + 2, CLUSTER_LENGTH + 2 + ID_LENGTH);
  const content = request.subarray(CLUSTER_LENGTH, -TTL_LENGTH);
  // The driver does not look at numbers of fields, which are lower by one here.
  const message = Buffer.concat([Buffer.from([0x0a, (content.length & 0x7f) | 0x80, content.length >> 7]), content]);
  affiliates.set(id, message);
  const sent = framed(message);
  for (const tell of watchers) tell(sent);
}

/** @returns what stops it */
function watch(request: Buffer, tell: Tell): () => void {
  const { affiliates, watchers } = clusterOf(request);
  tell(framed(Buffer.concat([...affiliates.values()])));
  watchers.add(tell);
  return () => watchers.delete(tell);
}

/** grpc-js writes what is before a message itself. */
function framed(message: Buffer): Buffer {
  if (library === 'grpc-js') return message;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function serveByGrpc(): void {
  // The library is a dependency of core alone.
  const core = path.join(import.meta.dirname, '../../../../packages/core/package.json');
  const { Server, ServerCredentials } = createRequire(core)('@grpc/grpc-js') as typeof Grpc;
  const same = (bytes: Buffer): Buffer => bytes;
  const server = new Server();
  const unary = (method: string, take: (request: Buffer) => void): void => {
    const handler: Grpc.handleUnaryCall<Buffer, Buffer> = ({ request }, respond) => {
      take(request);
      respond(null, NOTHING);
    };
    server.register(SERVICE + method, handler, same, same, 'unary');
  };
  unary('Hello', () => undefined);
  unary('AffiliateUpdate', update);
  const handler: Grpc.handleServerStreamingCall<Buffer, Buffer> = (call) => {
    call.on(
      'cancelled',
      watch(call.request, (message) => call.write(message)),
    );
  };
  server.register(`${SERVICE}Watch`, handler, same, same, 'serverStream');
  server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
    if (error !== null) throw error;
  });
}

function serveByHttp2(): void {
  const server = createHttp2Server({}, undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const pieces: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      const request = Buffer.concat(pieces).subarray(5);
      const isWatch = headers[':path'] === `${SERVICE}Watch`;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: !isWatch });
      if (isWatch) {
        stream.on(
          'close',
          watch(request, (message) => stream.write(message)),
        );
        return;
      }
      if (headers[':path'] === `${SERVICE}AffiliateUpdate`) update(request);
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
  });
  const { hostname, port } = new URL(`http://${address}`);
  server.listen(Number(port), hostname);
}

/** The event loop's delay since the last question, as our service tells it. */
function serveMetrics(): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const { hostname, port } = new URL(`http://${metrics}`);
  createServer((_, response) => {
    response.end(`nodejs_eventloop_lag_p99_seconds ${delay.percentile(99) / 1e9}\n`);
    delay.reset();
  }).listen(Number(port), hostname);
}

serveMetrics();
if (library === 'grpc-js') serveByGrpc();
else serveByHttp2();
