import { RpcError } from '@cosi-ts/core';

/** Where somebody listens, or calls. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Reads `host:port`, `[v6]:port`, `:port` or `unix:/path`. @throws RpcError `INVALID_ARGUMENT` */
export function parseAddress(text: string): Address {
  const [, path] = /^unix:(?:\/\/)?(.+)$/.exec(text) ?? [];
  if (path !== undefined) return { kind: 'unix', path };
  const [, v6, host = '', port] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new RpcError('INVALID_ARGUMENT', `"${text}" is no address`);
  return { kind: 'tcp', host: v6 ?? host, port: Number(port) };
}

export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

export function isWildcard(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}
