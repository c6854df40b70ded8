import { realHost, type Table } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { readEntry } from '../../wire/entries.ts';
import { packed } from '../service.fixture.ts';
import { Clusters } from './clusters.ts';
import type { StoredAffiliate } from './stored-affiliate.ts';

const MINUTE = 60_000;

describe('a cluster', () => {
  test('extends, prunes and loses an affiliate as time goes by', () => {
    const { update, list, collect, at } = make();
    update('af', { endpoints: ['e1', 'e2'], ttl: 2 * MINUTE });
    update('af', { endpoints: ['e1'], ttl: 2 * MINUTE });
    update('af', { endpoints: ['e1', 'e3'], ttl: 4 * MINUTE });
    collect();
    expect(list()).toEqual([['af', '', ['e1', 'e2', 'e3']]]);
    at(2 * MINUTE);
    collect();
    expect(list()).toEqual([['af', '', ['e1', 'e3']]]);
    at(4 * MINUTE);
    collect();
    expect(list()).toEqual([['af', '', []]]);
    at(4 * MINUTE + 1);
    expect(collect()).toEqual({ affiliates: 1, clusters: 1 });
    expect(list()).toEqual([]);
  });

  test('keeps an entry as it is while only lifetimes change', () => {
    const { update, clusters } = make();
    const entry = () => clusters.find('c')?.get('af')?.entry;
    update('af', { data: 'data', endpoints: ['e1'], ttl: MINUTE });
    const before = entry();
    update('af', { data: 'data', endpoints: ['e1'], ttl: 2 * MINUTE });
    expect(entry()).toBe(before);
    expect(clusters.find('c')?.position).toBe(1);
  });

  const id = fc.constantFrom('a', 'b', 'c');
  const content = fc.constantFrom('', 'x', 'y');
  const ttl = fc.integer({ min: -2, max: 6 });
  const steps = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('update' as const),
        id,
        data: content,
        endpoints: fc.array(fc.constantFrom('1', '2', '3')),
        ttl,
      }),
      fc.record({ kind: fc.constant('delete' as const), id }),
      fc.record({ kind: fc.constant('pass' as const), millis: fc.nat(3) }),
      fc.record({ kind: fc.constant('collect' as const) }),
    ),
    { maxLength: 40 },
  );
  test.prop([steps])('is what a plain model of it is, and whoever follows it hears just the changes', (steps) => {
    const { clusters, update, list, collect, at } = make();
    const model = new Map<string, { data: string; endpoints: Map<string, number>; expires: number }>();
    const follower = clusters.follow('c');
    const heard = new Map<string, string>();
    let now = 0;
    for (const step of steps) {
      const shown = JSON.stringify(show(model));
      switch (step.kind) {
        case 'update': {
          update(step.id, step);
          const expires = now + step.ttl;
          const known = model.get(step.id) ?? { data: '', endpoints: new Map<string, number>(), expires };
          if (step.data !== '') Object.assign(known, { data: step.data, expires });
          for (const endpoint of step.endpoints) {
            known.endpoints.set(endpoint, Math.max(known.endpoints.get(endpoint) ?? expires, expires));
          }
          known.expires = Math.max(known.expires, expires);
          model.set(step.id, known);
          break;
        }
        case 'delete':
          clusters.delete({ clusterId: 'c', affiliateId: step.id });
          model.delete(step.id);
          break;
        case 'pass':
          now += step.millis;
          at(now);
          break;
        case 'collect':
          collect();
          for (const [id, { expires, endpoints }] of model) {
            if (expires < now) model.delete(id);
            for (const [endpoint, until] of endpoints) if (until <= now) endpoints.delete(endpoint);
          }
      }
      expect(list()).toEqual(show(model));
      expect(follower.isReady).toBe(JSON.stringify(show(model)) !== shown);
      for (const { key, value } of follower.pull()?.changed ?? []) {
        if (value === undefined) heard.delete(key);
        else heard.set(key, JSON.stringify(readable(key, value)));
      }
      expect([...heard.values()].sort()).toEqual(show(model).map((shown) => JSON.stringify(shown)));
    }
    follower.close();
    clusters.dropIfUnused('c');
    expect(clusters.size).toBe(model.size > 0 ? 1 : 0);
  });
});

type Model = ReadonlyMap<string, { data: string; endpoints: ReadonlyMap<string, number> }>;

function show(model: Model) {
  return [...model]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { data, endpoints }]) => [id, data, [...endpoints.keys()]]);
}

function make() {
  let now = 0;
  const clusters = new Clusters({ ...realHost().clock, monotonic: () => now }, { maxClusters: 10 });
  return {
    clusters,
    at: (millis: number) => void (now = millis),
    update(
      affiliateId: string,
      { data = '', endpoints = [], ttl }: { data?: string; endpoints?: string[]; ttl: number },
    ) {
      clusters.update({
        clusterId: 'c',
        affiliateId,
        data: packed(data),
        endpoints: endpoints.map(packed),
        ttlNanos: ttl * 1e6,
      });
    },
    list: () => listed(clusters.find('c')),
    collect() {
      const table = clusters.find('c');
      return table && { affiliates: clusters.collect(table), clusters: clusters.dropIfUnused('c') ? 1 : 0 };
    },
  };
}

function listed(table: Table<StoredAffiliate> | undefined) {
  const rows: [string, string, string[]][] = [];
  for (let entry = table?.oldest; entry !== undefined; entry = entry.newer) {
    if (entry.value !== undefined) rows.push(readable(entry.key, entry.value));
  }
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

function readable(id: string, { entry }: StoredAffiliate): [string, string, string[]] {
  const { data, endpoints } = readEntry(entry);
  return [id, data, [...endpoints]];
}
