import type { WebHandler } from '@cosi-ts/core';
import type { Registry } from 'prom-client';

/** Serves the metrics of a registry at `/metrics`, and what `more` adds to them. */
export function metricsPage(registry: Registry, more?: () => string): WebHandler {
  return async ({ path }) => {
    if (path !== '/metrics') return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found\n' };
    const metrics = await registry.metrics();
    const body = more === undefined ? metrics : `${metrics}\n${more()}`;
    return { status: 200, headers: { 'content-type': registry.contentType }, body };
  };
}
