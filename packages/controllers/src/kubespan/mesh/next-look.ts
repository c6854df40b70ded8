import { millisOf, type Timestamp } from '@cosi-ts/core';
import type { KubeSpanPeerStatusSpec } from '@cosi-ts/resources';
import { ENDPOINT_TIMEOUT } from './peer-state.ts';
import { NO_ENDPOINT } from './pick-endpoint.ts';

/** Milliseconds between two looks at the device, when nothing is awaited. */
const LOOK_INTERVAL = 30_000;

const FIRST_LOOK = 1000;

/**
 * Milliseconds until the device shall be looked at again. While a handshake is awaited it is looked at sooner, at growing
 * distances, and right when the endpoint's time is over.
 */
export function nextLook(statuses: Iterable<KubeSpanPeerStatusSpec>, now: Timestamp): number {
  let next = LOOK_INTERVAL;
  for (const { state, lastUsedEndpoint, lastEndpointChange } of statuses) {
    if (state !== 'unknown' || lastUsedEndpoint === NO_ENDPOINT) continue;
    const since = Math.max(0, millisOf(now) - millisOf(lastEndpointChange));
    const left = ENDPOINT_TIMEOUT - since;
    next = Math.min(next, Math.max(FIRST_LOOK, since), left > 0 ? Math.ceil(left) : FIRST_LOOK);
  }
  return next;
}
