import type { Host } from '@cosi-ts/core';
import { prometheusObserver, type RuntimeObserver } from '@cosi-ts/runtime';
import * as prometheus from 'prom-client';
import { metricsPage } from '../output/metrics-page.ts';

/** Serves metrics of the process, and of the controllers that the observer is given to. @throws RpcError if it cannot */
export async function serveNodeMetrics(host: Host, metricsAddress: string): Promise<RuntimeObserver> {
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  const observer = prometheusObserver(prometheus, registry);
  const { address } = await host.rpc.listen({ address: metricsAddress }, [], { web: metricsPage(registry) });
  host.log.info('metrics are served', { address });
  return observer;
}
