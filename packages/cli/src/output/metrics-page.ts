import type { WebHandler } from '@cosi-ts/core';
import type { Registry } from 'prom-client';

/** Serves the metrics of a registry at `/metrics`. */
export function metricsPage(registry: Registry): WebHandler {
  return async ({ path }) => {
    if (path !== '/metrics') return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found\n' };
    return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
  };
}
