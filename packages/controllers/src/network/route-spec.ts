import { RouteSpec } from '@cosi-ts/resources';
import type { Controller } from '@cosi-ts/runtime';
import { applier, type ApplierOptions } from './applier.ts';
import type { NetworkDriver } from './network-driver.ts';

/** Makes routes. */
export function routeSpecController(driver: NetworkDriver, options: ApplierOptions): Controller {
  return applier(
    {
      name: 'network.RouteSpecController',
      type: RouteSpec.in('network-config'),
      link: ({ outLinkName }) => (outLinkName === '' ? undefined : outLinkName),
      has: (route) => driver.hasRoute(route),
      apply: (route) => driver.setRoute(route),
      undo: (route) => driver.removeRoute(route),
    },
    options,
  );
}
