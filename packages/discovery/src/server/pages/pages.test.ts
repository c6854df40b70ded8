import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { packed, manualWorld, MINUTE } from '../service.fixture.ts';
import { Clusters } from '../state/clusters.ts';
import { escapeHtml } from './html.ts';
import { discoveryPages } from './pages.ts';
import { statsPage } from './stats.ts';

function make() {
  const { host, advance } = manualWorld();
  const clusters = new Clusters(host.clock, { maxClusters: 10 });
  const pages = discoveryPages(clusters, host.clock);
  const ask = (path: string, query = '', method = 'GET') => pages({ method, path, query: new URLSearchParams(query) });
  const add = (affiliateId: string, clusterId = 'fake1') =>
    clusters.update({
      clusterId,
      affiliateId,
      data: packed('data'),
      endpoints: [packed('e1'), packed('e2')],
      ttlNanos: 0,
    });
  return { host, advance, clusters, ask, add };
}

describe('pages', () => {
  test('say what the service is', async () => {
    const { ask } = make();
    expect(await ask('/')).toMatchObject({ status: 200, body: expect.stringContaining('href="/inspect"') });
    expect(await ask('/nothing')).toMatchObject({ status: 404 });
    expect(await ask('/', '', 'POST')).toMatchObject({ status: 405 });
  });

  test('show a cluster as it is, in hexadecimal', async () => {
    const { ask, add } = make();
    add('af1');
    add('<b>');
    const { status, body } = await ask('/inspect', 'clusterID=fake1');
    expect(status).toBe(200);
    expect(body).toContain('<td>af1</td><td>64617461</td><td>6531<br>6532</td>');
    expect(body).toContain('<td>&#60;b&#62;</td>');
  });

  test('are no way to create clusters', async () => {
    const { ask, clusters } = make();
    for (const query of ['', 'clusterID=', 'clusterID=fake2']) {
      expect((await ask('/inspect', query)).status).toBe(200);
    }
    expect((await ask('/inspect', 'clusterID=fake2')).body).toContain('No affiliates');
    expect((await ask('/inspect', `clusterID=${'a'.repeat(257)}`)).status).toBe(400);
    expect(clusters.size).toBe(0);
  });

  test('count affiliates once an hour', async () => {
    const { ask, add, advance } = make();
    add('af1');
    expect(await ask('/stats')).toMatchObject({
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
      body: '{"affiliates":1}',
    });
    add('af2', 'fake2');
    expect((await ask('/stats')).body).toBe('{"affiliates":1}');
    await advance(60 * MINUTE);
    expect((await ask('/stats')).body).toBe('{"affiliates":2}');
  });

  test('count each time if asked so', () => {
    const { clusters, host, add } = make();
    const stats = statsPage(clusters, host.clock, 0);
    for (const count of [1, 2, 3]) {
      add(`af${count}`);
      expect(stats().body).toBe(`{"affiliates":${count}}`);
    }
  });

  test.prop([fc.string({ unit: 'binary' })])('show text as text', (text) => {
    expect(escapeHtml(text)).not.toMatch(/[<>"']/);
    expect(escapeHtml(text).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(text);
  });
});
