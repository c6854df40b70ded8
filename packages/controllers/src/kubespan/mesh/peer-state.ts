import { instantOf, type Timestamp } from '@cosi-ts/core';
import type { KubeSpanPeerState, KubeSpanPeerStatusSpec } from '@cosi-ts/resources';

/** Milliseconds without a handshake after which a peer is down: WireGuard's longest session, its retry, and some slack. */
export const PEER_DOWN_AFTER = 275_000;

/** Milliseconds that a new endpoint has for its first handshake. */
export const ENDPOINT_TIMEOUT = 15_000;

/** What the state of a peer follows from. */
export type PeerTimes = Pick<KubeSpanPeerStatusSpec, 'lastHandshakeTime' | 'lastEndpointChange' | 'lastUsedEndpoint'>;

/**
 * How it goes with a peer. An endpoint that was chosen just now has {@link ENDPOINT_TIMEOUT} to prove itself by a handshake;
 * one that did is up until the handshakes have stopped for {@link PEER_DOWN_AFTER}. A peer for which no endpoint was ever
 * chosen is not down, since it was not tried.
 */
export function peerState(
  { lastHandshakeTime, lastEndpointChange, lastUsedEndpoint }: PeerTimes,
  now: Timestamp,
): KubeSpanPeerState {
  const sinceHandshake = nanosBetween(lastHandshakeTime, now);
  const sinceChange = nanosBetween(lastEndpointChange, now);
  const hasShakenHands = nanosBetween(lastEndpointChange, lastHandshakeTime) > 0;
  if (sinceChange > nanos(PEER_DOWN_AFTER) ? sinceHandshake < nanos(PEER_DOWN_AFTER) : hasShakenHands) return 'up';
  return sinceChange < nanos(ENDPOINT_TIMEOUT) || lastUsedEndpoint === '' ? 'unknown' : 'down';
}

/** Exact where it is compared with the bounds; a zero time is just very long ago. */
function nanosBetween(earlier: Timestamp, later: Timestamp): number {
  const [a, b] = [instantOf(earlier), instantOf(later)];
  return (b.seconds - a.seconds) * 1e9 + (b.nanos - a.nanos);
}

function nanos(millis: number): number {
  return millis * 1_000_000;
}
