import { RpcError } from '../rpc-error.ts';

export type Address = UnixAddress | TcpAddress;

export interface UnixAddress {
  readonly kind: 'unix';
  readonly path: string;
}

export interface TcpAddress {
  readonly kind: 'tcp';
  /** Without brackets; empty for all interfaces. */
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port`, `[v6]:port`, `:port` and `unix:/path`. @throws RpcError `INVALID_ARGUMENT` */
export function parseAddress(address: string): Address {
  if (address.startsWith('unix:')) return unixAddress(address.slice('unix:'.length));
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new RpcError(
      'INVALID_ARGUMENT',
      `"${address}" is no address: write host:port, [v6]:port or unix:/path/to/socket`,
    );
  }
  return { kind: 'tcp', host: match[1] ?? match[2] ?? '', port };
}

/** `host:port` with brackets around a v6 address. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What grpc-js calls a peer, as `host:port` or `[v6]:port`: it writes v6 bare, and v4 as seen by a v6 socket. */
export function normalizePeer(peer: string): string {
  const match = /^(.*):(\d+)$/.exec(peer);
  if (match === null) return peer;
  const [, host = '', port] = match;
  return formatHostPort(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host, Number(port));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function unixAddress(text: string): UnixAddress {
  const path = text.startsWith('//') ? text.slice(2) : text;
  if (path === '') throw new RpcError('INVALID_ARGUMENT', 'the address "unix:" lacks the path of a socket');
  return { kind: 'unix', path };
}
