import { ZERO_TIME, type Timestamp } from '@cosi-ts/core';
import type { IpPort, KubeSpanPeerSpecSpec, KubeSpanPeerStatusSpec } from '@cosi-ts/resources';
import type { WireguardDevicePeer } from '../../network/network-driver.ts';
import { peerState } from './peer-state.ts';
import { NO_ENDPOINT, pickEndpoint, shouldChangeEndpoint } from './pick-endpoint.ts';

/** What the device says of a peer; `absent`: it does not know it (any more); `unheard`: it could not be asked. */
export type Sighting = WireguardDevicePeer | 'absent' | 'unheard';

/** A peer's status, and the endpoint that the device shall be told; none if it knows a better one. */
export interface Followed {
  readonly status: KubeSpanPeerStatusSpec;
  readonly endpoint: IpPort;
  /** Whether another endpoint was chosen just now. */
  readonly hasChanged: boolean;
}

/**
 * One step of following a peer: takes over what the device says, judges it, and chooses another endpoint if the present one
 * does not answer. A peer that turned up elsewhere by itself keeps that place.
 *
 * @param before its status until now; it is all that is remembered
 */
export function followPeer(
  spec: Pick<KubeSpanPeerSpecSpec, 'label' | 'endpoints'>,
  before: KubeSpanPeerStatusSpec | undefined,
  seen: Sighting,
  now: Timestamp,
): Followed {
  const told = { ...(before ?? UNTRIED), ...observation(seen), label: spec.label };
  const judged = { ...told, state: peerState(told, now) };
  const picked = shouldChangeEndpoint(judged) ? pickEndpoint(judged, spec.endpoints) : undefined;
  const status: KubeSpanPeerStatusSpec =
    picked === undefined
      ? judged
      : { ...judged, endpoint: picked, lastUsedEndpoint: picked, lastEndpointChange: now, state: 'unknown' };
  const { endpoint, lastUsedEndpoint } = status;
  const isAsserted = endpoint === NO_ENDPOINT || endpoint === lastUsedEndpoint;
  return {
    status: isAsserted ? { ...status, endpoint: lastUsedEndpoint } : status,
    endpoint: isAsserted ? lastUsedEndpoint : NO_ENDPOINT,
    hasChanged: picked !== undefined,
  };
}

const UNTRIED: KubeSpanPeerStatusSpec = {
  endpoint: NO_ENDPOINT,
  label: '',
  state: 'unknown',
  receiveBytes: 0,
  transmitBytes: 0,
  lastHandshakeTime: ZERO_TIME,
  lastUsedEndpoint: NO_ENDPOINT,
  lastEndpointChange: ZERO_TIME,
};

function observation(seen: Sighting): Partial<KubeSpanPeerStatusSpec> {
  if (seen === 'unheard') return {};
  // What it counted until it forgot the peer stays told.
  if (seen === 'absent') return { endpoint: NO_ENDPOINT };
  const { endpoint, lastHandshakeTime, receiveBytes, transmitBytes } = seen;
  return { endpoint, lastHandshakeTime, receiveBytes, transmitBytes };
}
