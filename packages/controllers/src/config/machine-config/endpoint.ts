import { CodedError } from '@cosi-ts/core';
import { parseUrl, shownUrl } from './url.ts';

/** The public discovery service. */
export const DEFAULT_DISCOVERY_ENDPOINT = 'https://discovery.talos.dev/';

/** The address of a discovery service that cannot be used; the message says what is wrong with it. */
export class EndpointError extends CodedError {
  readonly code = 'endpoint';
}

/** Where and how to reach a discovery service. */
export interface ServiceAddress {
  /** Host and port, IPv6 in brackets. */
  readonly endpoint: string;
  /** Whether to connect without TLS. */
  readonly insecure: boolean;
}

/**
 * What a URL of a discovery service says to connect to: `http` without TLS and port 80 by default, `https` and `grpc` with
 * TLS and 443. Path and query are dropped.
 *
 * @throws EndpointError when the scheme is another one, or the host is missing.
 */
export function normalizeEndpoint(url: string): ServiceAddress {
  const parts = parseUrl(url);
  if ('reason' in parts) throw new EndpointError(`endpoint is invalid: parse ${shownUrl(url)}: ${parts.reason}`);
  if (parts.scheme === '') throw new EndpointError('endpoint scheme is required');
  if (!SCHEMES.has(parts.scheme)) throw new EndpointError('endpoint scheme must be http://, https:// or grpc://');
  if (parts.host === '') throw new EndpointError('endpoint host is required');
  const insecure = parts.scheme === 'http';
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return { endpoint: `${host}:${parts.port || (insecure ? '80' : '443')}`, insecure };
}

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'grpc']);
