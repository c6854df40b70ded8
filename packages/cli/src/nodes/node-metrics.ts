import type { Host } from '@cosi-ts/core';
import { prometheusObserver, type RuntimeObserver } from '@cosi-ts/runtime';
import * as prometheus from 'prom-client';
import { metricsPage } from '../output/metrics-page.ts';

/**
 * Serves metrics of the process, and of the controllers that the observer is given to.
 *
 * @param registry what is served beside: by default the metrics of this process. @throws RpcError if it cannot
 */
export async function serveNodeMetrics(
  host: Host,
  metricsAddress: string,
  registry = processMetrics(),
): Promise<RuntimeObserver> {
  const observer = prometheusObserver(prometheus, registry);
  const { address } = await host.rpc.listen({ address: metricsAddress }, [], { web: metricsPage(registry) });
  host.log.info('metrics are served', { address });
  return observer;
}

/** The metrics of several nodes in one process. */
export interface NodesMetrics {
  /** Where they are served. */
  readonly address: string;
  /** What a node's controllers are observed by. */
  observerOf(node: string): RuntimeObserver;
}

/** The same for several nodes: what it tells of their controllers has the label `node`. @throws RpcError if it cannot */
export async function serveNodesMetrics(
  host: Host,
  metricsAddress: string,
  own = processMetrics(),
): Promise<NodesMetrics> {
  const nodes: prometheus.Registry[] = [];
  const { contentType } = own;
  const metrics = async (): Promise<string> => {
    const told = await Promise.all(nodes.map((node) => node.getMetricsAsJSON()));
    const together = prometheus.AggregatorRegistry.aggregate(told);
    return `${await own.metrics()}\n${await together.metrics()}`;
  };
  const web = metricsPage({ contentType, metrics });
  const { address } = await host.rpc.listen({ address: metricsAddress }, [], { web });
  return {
    address,
    observerOf(node) {
      const registry = new prometheus.Registry();
      registry.setDefaultLabels({ node });
      nodes.push(registry);
      return prometheusObserver(prometheus, registry);
    },
  };
}

/** What is known of this process, whatever runs in it. */
export function processMetrics(): prometheus.Registry {
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  return registry;
}
