import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Grpc from '@grpc/grpc-js';

// The least that a service on this library costs: bytes come, nothing is done, no bytes go. `empty-service.ts ADDRESS`

const [address = ''] = process.argv.slice(2);
// The library is a dependency of core alone.
const core = path.join(import.meta.dirname, '../../../../packages/core/package.json');
const { Server, ServerCredentials } = createRequire(core)('@grpc/grpc-js') as typeof Grpc;
const NOTHING = Buffer.alloc(0);
const answer: Grpc.handleUnaryCall<Buffer, Buffer> = (_, respond) => respond(null, NOTHING);
const same = (bytes: Buffer): Buffer => bytes;
const server = new Server();
server.register('/sidero.discovery.server.Cluster/AffiliateUpdate', answer, same, same, 'unary');
server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
