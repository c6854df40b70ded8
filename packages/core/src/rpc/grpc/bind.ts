import { chmodSync, existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { Logger } from '../../host/logger.ts';
import { messageOf } from '../../errors/coded-error.ts';
import { RpcError } from '../rpc-error.ts';
import { formatHostPort, type Address } from './address.ts';
import { shortPath } from './short-path.ts';
import { clearStaleSocket } from './unix-socket.ts';

/** A bound address and its connections. They are ours and not grpc-js's, so that cutting them needs nobody's help. */
export interface Bound {
  readonly address: string;
  /** Accepts no more connections; resolves when all are closed. A socket file is gone at once. */
  close(): Promise<void>;
  /** Closes all connections now. */
  cut(): void;
}

/** Connections that wait to be accepted: when a service comes back, all of its clients come at once. */
const BACKLOG = 4096;

/** @throws RpcError `UNAVAILABLE` if the address cannot be bound. */
export async function bind(
  address: Address,
  accept: (socket: Socket) => void,
  { log, socketMode }: { readonly log: Logger; readonly socketMode: number },
): Promise<Bound> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(socket);
  });
  if (address.kind === 'unix') await listenOnPath(server, address.path, socketMode);
  else await listenOnPort(server, address.host, address.port);
  // Running out of file descriptors, for one, must not end the process.
  server.on('error', (error) => log.warn('a connection could not be accepted', { error: error.message }));
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    address: address.kind === 'unix' ? `unix:${address.path}` : boundAddress(server),
    close() {
      if (server.listening) server.close();
      return closed;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listenOnPort(server: Server, host: string, port: number): Promise<void> {
  return listening(server, formatHostPort(host, port), () => {
    server.listen({ port, ...(host !== '' && { host }), exclusive: true, backlog: BACKLOG });
  });
}

async function listenOnPath(server: Server, path: string, mode: number): Promise<void> {
  // The system's word for it would be EACCES.
  if (!existsSync(dirname(path)))
    throw new RpcError('UNAVAILABLE', `cannot listen on ${path}: the directory does not exist`);
  const short = shortPath(path);
  // Node removes the file by its short name when it closes.
  server.once('close', () => short.release());
  try {
    const unlinkStale = await clearStaleSocket(path, short.path);
    await listening(server, path, () => {
      unlinkStale();
      // Binding happens before `listen` returns, so nothing else of this thread sees the mask.
      const mask = isMainThread ? process.umask(0o777 & ~mode) : undefined;
      try {
        server.listen({ path: short.path });
      } finally {
        if (mask !== undefined) process.umask(mask);
      }
      if (mask === undefined && server.listening) chmodSync(path, mode);
    });
  } catch (thrown) {
    short.release();
    throw thrown;
  }
}

function listening(server: Server, where: string, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.removeListener('listening', onListening);
      reject(new RpcError('UNAVAILABLE', `cannot listen on ${where}: ${whyNot(error)}`, { cause: error }));
    };
    const onListening = (): void => {
      server.removeListener('error', onError);
      resolve();
    };
    server.once('error', onError);
    server.once('listening', onListening);
    listen();
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use, by this or another process',
  EADDRNOTAVAIL: 'no interface of this host has the address',
  EACCES: 'permission denied (a port below 1024 needs privileges, a socket a writable directory)',
  ENOTFOUND: 'the host name is unknown',
};

function whyNot(error: NodeJS.ErrnoException): string {
  const reason = REASONS[error.code ?? ''];
  return reason === undefined ? messageOf(error) : `${reason} (${error.code})`;
}

function boundAddress(server: Server): string {
  const address = server.address();
  if (address === null) throw new Error('a server that listens has an address');
  if (typeof address === 'string') return `unix:${address}`;
  return formatHostPort(address.address, address.port);
}
