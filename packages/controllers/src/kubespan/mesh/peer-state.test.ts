import { ZERO_TIME, instantOf, timestampFromInstant, type Timestamp } from '@cosi-ts/core';
import { ipPortOf, type IpPort } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ENDPOINT_TIMEOUT, PEER_DOWN_AFTER, peerState } from './peer-state.ts';

const NOW = timestampFromInstant({ seconds: 1_665_576_000, nanos: 123_456_789 });
const USED = ipPortOf('10.3.4.5:10500');
const S = 1e9;
const D = 275 * S;
const T = 15 * S;

describe('the state of a peer', () => {
  const rows: readonly [name: string, handshake: number, change: number, used: IpPort, state: string][] = [
    ['never tried', 3600 * S, 3600 * S, '' as IpPort, 'unknown'],
    ['silent for long', 2 * D, 2 * D, USED, 'down'],
    ['silent, but newly tried', 2 * D, T / 2, USED, 'unknown'],
    ['newly tried, and answered', 0, T / 2, USED, 'up'],
    ['answered, a while ago', 0, T + 1, USED, 'up'],
    ['tried a while ago, and silent', 2 * T, T + 1, USED, 'down'],
    ['handshakes go on', D / 2, D + 1, USED, 'up'],
    // The bounds, to the nanosecond.
    ['the last moment of trust', 0, T, USED, 'up'],
    ['no trust at the bound', 2 * T, T, USED, 'down'],
    ['trust right before the bound', 2 * T, T - 1, USED, 'unknown'],
    ['at the bound the change still counts', D, D, USED, 'down'],
    ['at the bound a handshake since then counts', D - 1, D, USED, 'up'],
    ['behind the bound the handshake counts', D - 1, D + 1, USED, 'up'],
    ['behind the bound too old a handshake', D, D + 1, USED, 'down'],
    ['a handshake at the moment of the change is not behind it', T / 2, T / 2, USED, 'unknown'],
    ['answers without having been tried', 0, 3600 * S, '' as IpPort, 'up'],
  ];
  test.each(rows)('%s', (_, handshake, change, lastUsedEndpoint, state) => {
    const times = { lastHandshakeTime: ago(handshake), lastEndpointChange: ago(change), lastUsedEndpoint };
    expect(peerState(times, NOW)).toBe(state);
  });

  test('a peer of which nothing is known yet is unknown', () => {
    const times = { lastHandshakeTime: ZERO_TIME, lastEndpointChange: ZERO_TIME, lastUsedEndpoint: '' as IpPort };
    expect(peerState(times, NOW)).toBe('unknown');
  });

  const span = fc.oneof(fc.nat(600_000), fc.constantFrom(ENDPOINT_TIMEOUT, PEER_DOWN_AFTER)).map((ms) => ms * 1e6);

  test.prop([span, span, fc.nat(1_000_000)])('does not come up without a handshake', (handshake, change, later) => {
    const at = (now: number) => peerState({ ...of(handshake, change) }, ago(-now * 1e6));
    const states = [at(0), at(later)];
    if (states[0] !== 'up') expect(states[1]).not.toBe('up');
  });

  test.prop([span, span])('is down at last when handshakes stop, and stays so', (handshake, change) => {
    const end = Math.max(ENDPOINT_TIMEOUT, PEER_DOWN_AFTER) * 1e6;
    expect(peerState(of(handshake, change), ago(-end - 1))).toBe('down');
    expect(peerState(of(handshake, change), ago(-end * 3))).toBe('down');
  });

  test.prop([span, span])(
    'an up peer goes down when the last handshake is 275 s old, not before',
    (handshake, change) => {
      const times = of(Math.min(handshake, change), Math.max(handshake, change) + 1);
      if (peerState(times, NOW) !== 'up') return;
      const left = D - Math.min(handshake, change);
      expect(peerState(times, ago(-(left - 1)))).toBe('up');
      const changeLeft = D - (Math.max(handshake, change) + 1);
      // Until then the endpoint has the benefit of its first handshake.
      expect(peerState(times, ago(-Math.max(left, changeLeft + 1)))).toBe('down');
    },
  );

  function of(handshake: number, change: number) {
    return { lastHandshakeTime: ago(handshake), lastEndpointChange: ago(change), lastUsedEndpoint: USED };
  }

  /** So many nanoseconds before now. */
  function ago(nanos: number): Timestamp {
    const { seconds, nanos: fraction } = instantOf(NOW);
    const total = BigInt(seconds) * 1_000_000_000n + BigInt(fraction) - BigInt(nanos);
    return timestampFromInstant({ seconds: Number(total / 1_000_000_000n), nanos: Number(total % 1_000_000_000n) });
  }
});
