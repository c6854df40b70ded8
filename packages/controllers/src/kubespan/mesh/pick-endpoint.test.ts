import { ipPortOf, type IpPort } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { NO_ENDPOINT, pickEndpoint, shouldChangeEndpoint } from './pick-endpoint.ts';

const L0 = ipPortOf('10.3.4.5:10500');
const L1 = ipPortOf('192.168.3.8:457');
const L = [L0, L1];
const M = ['10.3.4.5:10501', '192.168.3.8:458'].map(ipPortOf);

describe('the endpoint to try next', () => {
  test('TestPickNewEndpoint', () => {
    let used: IpPort = NO_ENDPOINT;
    const pick = (offered: readonly IpPort[]): IpPort => {
      const picked = pickEndpoint({ endpoint: used, lastUsedEndpoint: used }, offered);
      used = picked ?? used;
      return picked ?? NO_ENDPOINT;
    };
    expect(pick([])).toBe('');
    expect([pick(L), pick(L), pick(L)]).toEqual([L0, L1, L0]);
    expect(pick([L0])).toBe('');
    expect(pick([L1])).toBe(L1);
    expect(pick(M)).toBe(M[0]);
  });

  test('a single endpoint from which the peer roamed is tried again', () => {
    expect(pickEndpoint({ endpoint: L1, lastUsedEndpoint: L0 }, [L0])).toBe(L0);
  });

  const endpoints = fc.uniqueArray(
    fc.nat(200).map((port) => ipPortOf(`10.0.0.1:${port}`)),
    { minLength: 1, maxLength: 20 },
  );

  test.prop([endpoints, endpoints])('gives only what is offered, and after one round all of it', (offered, before) => {
    let used = before[0] as IpPort;
    const seen = new Set<IpPort>();
    for (const _ of offered) {
      used = pickEndpoint({ endpoint: NO_ENDPOINT, lastUsedEndpoint: used }, offered) as IpPort;
      expect(offered).toContain(used);
      seen.add(used);
    }
    expect([...seen].sort()).toEqual([...offered].sort());
  });

  test.prop([endpoints])('gives another one if there is another one', (offered) => {
    for (const used of offered) {
      const picked = pickEndpoint({ endpoint: used, lastUsedEndpoint: used }, offered);
      if (offered.length > 1) expect(picked).not.toBe(used);
      else expect(picked).toBeUndefined();
    }
  });
});

test('is asked for when the peer is down, or was never tried and does not come by itself', () => {
  expect(shouldChangeEndpoint({ state: 'down', lastUsedEndpoint: L0 })).toBe(true);
  expect(shouldChangeEndpoint({ state: 'unknown', lastUsedEndpoint: NO_ENDPOINT })).toBe(true);
  expect(shouldChangeEndpoint({ state: 'unknown', lastUsedEndpoint: L0 })).toBe(false);
  expect(shouldChangeEndpoint({ state: 'up', lastUsedEndpoint: L0 })).toBe(false);
  expect(shouldChangeEndpoint({ state: 'up', lastUsedEndpoint: NO_ENDPOINT })).toBe(false);
});
