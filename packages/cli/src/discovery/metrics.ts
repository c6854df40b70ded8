import type { WebHandler } from '@cosi-ts/core';
import type { DiscoveryCounts, DiscoveryObserver } from '@cosi-ts/discovery';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { metricsPage } from '../output/metrics-page.ts';
import { callMetrics } from './call-metrics.ts';
import { snapshotMetrics } from './snapshot-metrics.ts';

export interface MetricsOptions {
  /** Whether the service keeps snapshots: only then are there metrics of them. */
  readonly hasSnapshots: boolean;
  /** What the service holds. */
  readonly counts: () => DiscoveryCounts;
}

export interface Metrics {
  readonly observer: DiscoveryObserver;
  readonly page: WebHandler;
}

/** Prometheus metrics of a discovery service, by the names that dashboards know. */
export function discoveryMetrics({ hasSnapshots, counts }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  stateGauges(registry, counts);
  const counter = (name: string, help: string) => new Counter({ name: `discovery_state_${name}`, help, registers });
  const runs = counter('gc_runs_total', 'Removals of what expired.');
  const clusters = counter('gc_clusters_total', 'Clusters removed since all of theirs had expired.');
  const affiliates = counter('gc_affiliates_total', 'Affiliates removed since they had expired.');
  const hello = new Counter({
    name: 'discovery_server_hello_requests_total',
    help: 'Hello requests, by version of the client.',
    labelNames: ['client_version'],
    registers,
  });
  hello.inc({ client_version: 'unknown' }, 0);
  return {
    observer: {
      ...callMetrics(registry),
      hello: (version) => hello.inc({ client_version: version }),
      collected(removed) {
        runs.inc();
        clusters.inc(removed.clusters);
        affiliates.inc(removed.affiliates);
      },
      snapshot: hasSnapshots ? snapshotMetrics(registry) : () => undefined,
    },
    page: metricsPage(registry),
  };
}

/** Counted when somebody asks: once for all four, by the one that is asked first. */
function stateGauges(registry: Registry, counts: () => DiscoveryCounts): void {
  const gauge = (name: string, help: string, collect?: () => void) =>
    new Gauge({ name: `discovery_state_${name}`, help, registers: [registry], ...(collect && { collect }) });
  const clusters = gauge('clusters', 'Clusters.', () => {
    const now = counts();
    clusters.set(now.clusters);
    affiliates.set(now.affiliates);
    endpoints.set(now.endpoints);
    subscriptions.set(now.watchers);
  });
  const affiliates = gauge('affiliates', 'Affiliates.');
  const endpoints = gauge('endpoints', 'Endpoints.');
  const subscriptions = gauge('subscriptions', 'Watches.');
}
