import { parseIp, unmapIp } from './ip.ts';

/** Which headers may say where a caller really is; only a proxy that overwrites a header makes it trustworthy. */
export interface HeaderTrust {
  readonly xRealIp: boolean;
  /** Its first entry alone. */
  readonly firstXForwardedFor: boolean;
}

/** What of a call tells where it comes from; a `ServerCall` is one. */
export interface CallOrigin {
  /** `host:port`, `[v6]:port`, or anything else that is no IP address. */
  readonly peer: string;
  readonly metadata: ReadonlyMap<string, readonly string[]>;
}

/**
 * The caller's address in binary: from a trusted header if that holds one, otherwise from the connection. Undefined if
 * there is none, as on a unix socket: then nothing is reported, since a wrong address would be announced to peers.
 */
export function clientIp({ peer, metadata }: CallOrigin, trust: HeaderTrust): Uint8Array | undefined {
  return (
    (trust.xRealIp ? realIp(metadata.get('x-real-ip')?.[0]) : undefined) ??
    (trust.firstXForwardedFor ? forwardedFor(metadata.get('x-forwarded-for')?.[0]) : undefined) ??
    peerIp(peer)
  );
}

/** The first of the header's values, which HTTP/2 in Node has joined; otherwise to the letter. */
function realIp(header = ''): Uint8Array | undefined {
  return parseIp(header.split(', ', 1)[0] ?? '');
}

function forwardedFor(header = ''): Uint8Array | undefined {
  return parseIp((header.split(',', 1)[0] ?? '').trim());
}

/** Only here an IPv4 address in IPv6 dress is the system's doing; in a header it is what somebody wrote. */
function peerIp(peer: string): Uint8Array | undefined {
  const port = peer.lastIndexOf(':');
  if (port < 0) return undefined;
  const ip = parseIp(peer.slice(0, port).replace(/^\[(.*)\]$/s, '$1'));
  return ip && unmapIp(ip);
}
