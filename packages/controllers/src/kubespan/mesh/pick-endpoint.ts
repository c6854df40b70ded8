import type { IpPort, KubeSpanPeerStatusSpec } from '@cosi-ts/resources';

/** No endpoint. */
export const NO_ENDPOINT = '' as IpPort;

type Tried = Pick<KubeSpanPeerStatusSpec, 'state' | 'endpoint' | 'lastUsedEndpoint'>;

/**
 * Whether a peer shall be tried at another endpoint: the one it has does not answer, or none was tried yet. One that came by
 * itself, and is up, need not prove it once more: it would count as down until its next handshake, minutes later.
 */
export function shouldChangeEndpoint({ state, lastUsedEndpoint }: Pick<Tried, 'state' | 'lastUsedEndpoint'>): boolean {
  return state === 'down' || (state === 'unknown' && lastUsedEndpoint === NO_ENDPOINT);
}

/**
 * The endpoint to try next: the one behind the last, in a circle; the first if there was none, or it is not offered any
 * more.
 *
 * @returns undefined if there is no other: none at all, or only the one that is in use.
 */
export function pickEndpoint(
  { endpoint, lastUsedEndpoint }: Pick<Tried, 'endpoint' | 'lastUsedEndpoint'>,
  offered: readonly IpPort[],
): IpPort | undefined {
  const last = lastUsedEndpoint === NO_ENDPOINT ? -1 : offered.indexOf(lastUsedEndpoint);
  if (offered.length === 1 && last === 0 && endpoint === lastUsedEndpoint) return undefined;
  return offered[(last + 1) % Math.max(1, offered.length)];
}
