import type { Clock, WebHandler, WebRequest, WebResponse } from '@cosi-ts/core';
import type { Clusters } from '../state/clusters.ts';
import { htmlPage } from './html.ts';
import { inspectPage } from './inspect.ts';
import { landingPage } from './landing.ts';
import { statsPage } from './stats.ts';

/** The service's pages: what it is, what it knows of a cluster, and how much it knows in all. */
export function discoveryPages(clusters: Clusters, clock: Clock): WebHandler {
  const stats = statsPage(clusters, clock);
  const answer = ({ method, path, query }: WebRequest): WebResponse => {
    if (method !== 'GET' && method !== 'HEAD') return htmlPage('Method not allowed', '', 405);
    switch (path) {
      case '/':
        return landingPage();
      case '/inspect':
        return inspectPage(clusters, query);
      case '/stats':
        return stats();
      default:
        return htmlPage('Not found', '', 404);
    }
  };
  return (request) => Promise.resolve(answer(request));
}
