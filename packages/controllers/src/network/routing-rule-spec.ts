import { RoutingRuleSpec } from '@cosi-ts/resources';
import type { Controller } from '@cosi-ts/runtime';
import { applier, type ApplierOptions } from './applier.ts';
import type { NetworkDriver } from './network-driver.ts';

/** Makes the rules that say which packets look into which routing table. */
export function routingRuleSpecController(driver: NetworkDriver, options: ApplierOptions): Controller {
  return applier(
    {
      name: 'network.RoutingRuleSpecController',
      type: RoutingRuleSpec.in('network-config'),
      link: () => undefined,
      has: (rule) => driver.hasRule(rule),
      apply: (rule) => driver.addRule(rule),
      undo: (rule) => driver.removeRule(rule),
    },
    options,
  );
}
