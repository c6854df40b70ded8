import type { WebHandler } from '@cosi-ts/core';
import type { Registry } from 'prom-client';

/** Serves the metrics of a registry, or of several, at `/metrics`. */
export function metricsPage(registry: Pick<Registry, 'contentType' | 'metrics'>): WebHandler {
  return async ({ path }) => {
    if (path !== '/metrics') return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found\n' };
    return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
  };
}
