import { describe, expect, test } from 'vitest';
import { discoveryMetrics } from './metrics.ts';

const HELLO = { method: 'Hello', isStream: false };
const WATCH = { method: 'Watch', isStream: true };
const COUNTS = { clusters: 2, affiliates: 5, endpoints: 7, watchers: 3 };

function make(hasSnapshots = true) {
  const { observer, page } = discoveryMetrics({ hasSnapshots, counts: () => COUNTS });
  const scrape = async (path = '/metrics') => page({ method: 'GET', path, query: new URLSearchParams() });
  const lines = async () => (await scrape()).body.split('\n');
  return { observer, scrape, lines };
}

describe('metrics', () => {
  test('count calls, by type, method and status as Go spells it', async () => {
    const { observer, lines } = make();
    observer.callStarted(HELLO);
    observer.messageSent(HELLO);
    observer.callEnded(HELLO, 'OK', 100);
    observer.callStarted(WATCH);
    observer.messageSent(WATCH);
    observer.messageSent(WATCH);
    observer.callEnded(WATCH, 'CANCELLED', 5000);
    const hello = 'grpc_type="unary",grpc_service="sidero.discovery.server.Cluster",grpc_method="Hello"';
    const watch = 'grpc_type="server_stream",grpc_service="sidero.discovery.server.Cluster",grpc_method="Watch"';
    const all = await lines();
    for (const line of [
      `grpc_server_started_total{${hello}} 1`,
      `grpc_server_msg_received_total{${watch}} 1`,
      `grpc_server_msg_sent_total{${watch}} 2`,
      `grpc_server_handled_total{${hello},grpc_code="OK"} 1`,
      `grpc_server_handled_total{${hello},grpc_code="DeadlineExceeded"} 0`,
      `grpc_server_handled_total{${watch},grpc_code="Canceled"} 1`,
      `grpc_server_handling_seconds_bucket{le="0.1",${hello}} 1`,
      `grpc_server_handling_seconds_bucket{le="2.5",${watch}} 0`,
      `grpc_server_handling_seconds_sum{${watch}} 5`,
    ]) {
      expect(all).toContain(line);
    }
    expect(all.filter((line) => line.startsWith('grpc_server_handled_total{'))).toHaveLength(17 * 5);
  });

  test('tell of state, collection and snapshots', async () => {
    const { observer, lines } = make();
    observer.collected({ clusters: 1, affiliates: 2 });
    observer.collected({ clusters: 0, affiliates: 3 });
    observer.snapshot('load', undefined);
    observer.snapshot('save', { bytes: 10, clusters: 1, affiliates: 2, endpoints: 3, millis: 1500 });
    observer.hello('v1.12');
    const all = await lines();
    for (const line of [
      'discovery_state_clusters 2',
      'discovery_state_affiliates 5',
      'discovery_state_endpoints 7',
      'discovery_state_subscriptions 3',
      'discovery_state_gc_runs_total 2',
      'discovery_state_gc_clusters_total 1',
      'discovery_state_gc_affiliates_total 5',
      'discovery_server_hello_requests_total{client_version="unknown"} 0',
      'discovery_server_hello_requests_total{client_version="v1.12"} 1',
      'discovery_storage_operations_total{operation="save",status="success"} 1',
      'discovery_storage_operations_total{operation="load",status="error"} 1',
      'discovery_storage_last_snapshot_size_bytes{operation="save"} 10',
      'discovery_storage_last_operation_clusters{operation="save"} 1',
      'discovery_storage_last_operation_affiliates{operation="save"} 2',
      'discovery_storage_last_operation_endpoints{operation="save"} 3',
      'discovery_storage_last_operation_duration_seconds{operation="save"} 1.5',
    ]) {
      expect(all).toContain(line);
    }
  });

  test('follow the conventions: every name has help and a type, counters end in _total, two services share nothing', async () => {
    const { lines } = make();
    make();
    const all = await lines();
    const own = all.filter((line) => /^# TYPE (?:discovery|grpc)_/.test(line)).map((line) => line.split(' ').slice(2));
    expect(own.length).toBeGreaterThan(15);
    for (const [name = '', type] of own) {
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(all.find((line) => line.startsWith(`# HELP ${name} `))).toMatch(/\.$/);
    }
  });

  test('are found at /metrics alone, and say nothing of snapshots that are not kept', async () => {
    const { scrape } = make(false);
    expect(await scrape('/')).toMatchObject({ status: 404 });
    const { headers, body } = await scrape();
    expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    expect(body).not.toContain('discovery_storage');
  });
});
