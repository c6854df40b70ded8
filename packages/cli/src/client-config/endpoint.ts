import { isIpAddress } from '@cosi-ts/resources';

const DEFAULT_PORT = 50_000;

/** An endpoint of a client configuration as `host:port`, IPv6 in brackets; the port is 50000 if it has none. */
export function endpointAddress(endpoint: string): string {
  const host = /^\[(.*)\]$/.exec(endpoint)?.[1] ?? endpoint;
  if (isIpAddress(host)) return `${host.includes(':') ? `[${host}]` : host}:${DEFAULT_PORT}`;
  return /:\d+$/.test(endpoint) ? endpoint : `${endpoint}:${DEFAULT_PORT}`;
}
