import { Buffer } from 'node:buffer';
import { memo } from '@cosi-ts/core';
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

export interface ClientIp {
  /** 4 bytes, or 16 and a zone. */
  readonly bytes: Uint8Array;
  /** The same as text, to tell one from another. */
  readonly key: string;
}

/** Nodes come again and again, each over one connection. */
const REMEMBERED = 4096;

/**
 * Tells a caller's address in binary: from a trusted header if that holds one, otherwise from the connection. Undefined
 * if there is none, as on a unix socket: then nothing is reported, since a wrong address would be announced to peers.
 */
export function clientIpReader(trust: HeaderTrust): (call: CallOrigin) => ClientIp | undefined {
  const [real, forwarded, connection] = [realIp, forwardedFor, peerIp].map((read) => memo(REMEMBERED, keyed(read)));
  const inHeader = (call: CallOrigin, name: string, read: typeof real): ClientIp | undefined => {
    const header = call.metadata.get(name)?.[0];
    return header === undefined ? undefined : read?.(header);
  };
  return (call) =>
    (trust.xRealIp ? inHeader(call, 'x-real-ip', real) : undefined) ??
    (trust.firstXForwardedFor ? inHeader(call, 'x-forwarded-for', forwarded) : undefined) ??
    connection?.(call.peer);
}

function keyed(read: (text: string) => Uint8Array | undefined): (text: string) => ClientIp | undefined {
  return (text) => {
    const bytes = read(text);
    return bytes && { bytes, key: Buffer.from(bytes).toString('latin1') };
  };
}

/** The first of the header's values, which HTTP/2 in Node has joined; otherwise to the letter. */
function realIp(header: string): Uint8Array | undefined {
  return parseIp(header.split(', ', 1)[0] ?? '');
}

function forwardedFor(header: string): Uint8Array | undefined {
  return parseIp((header.split(',', 1)[0] ?? '').trim());
}

/** Only here an IPv4 address in IPv6 dress is the system's doing; in a header it is what somebody wrote. */
function peerIp(peer: string): Uint8Array | undefined {
  const port = peer.lastIndexOf(':');
  if (port < 0) return undefined;
  const ip = parseIp(peer.slice(0, port).replace(/^\[(.*)\]$/s, '$1'));
  return ip && unmapIp(ip);
}
