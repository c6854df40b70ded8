import type { DiscoveryObserver } from '@cosi-ts/discovery';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What saving and loading of snapshots came to. */
export function snapshotMetrics(registry: Registry): DiscoveryObserver['snapshot'] {
  const registers = [registry];
  const operations = new Counter({
    name: 'discovery_storage_operations_total',
    help: 'Snapshots saved and loaded, by outcome.',
    labelNames: ['operation', 'status'],
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `discovery_storage_last_${name}`, help, labelNames: ['operation'], registers });
  const size = gauge('snapshot_size_bytes', 'Size of the last snapshot.');
  const clusters = gauge('operation_clusters', 'Clusters in the last snapshot.');
  const affiliates = gauge('operation_affiliates', 'Affiliates in the last snapshot.');
  const endpoints = gauge('operation_endpoints', 'Endpoints in the last snapshot.');
  const duration = gauge('operation_duration_seconds', 'Seconds that the last snapshot took.');
  for (const operation of ['save', 'load']) {
    for (const status of ['success', 'error']) operations.inc({ operation, status }, 0);
  }
  return (operation, result) => {
    operations.inc({ operation, status: result === undefined ? 'error' : 'success' });
    if (result === undefined) return;
    size.set({ operation }, result.bytes);
    clusters.set({ operation }, result.clusters);
    affiliates.set({ operation }, result.affiliates);
    endpoints.set({ operation }, result.endpoints);
    duration.set({ operation }, result.millis / 1000);
  };
}
