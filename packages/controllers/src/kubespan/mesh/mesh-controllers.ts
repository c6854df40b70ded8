import type { Host, Owner } from '@cosi-ts/core';
import type { LinkSpecSpec } from '@cosi-ts/resources';
import type { Controller } from '@cosi-ts/runtime';
import { addressSpecController } from '../../network/address-spec.ts';
import { Applied } from '../../network/applied.ts';
import { linkSpecController } from '../../network/link-spec.ts';
import type { NetworkDriver } from '../../network/network-driver.ts';
import { nfTablesChainController } from '../../network/nftables-chain.ts';
import { routeSpecController } from '../../network/route-spec.ts';
import { routingRuleSpecController } from '../../network/routing-rule-spec.ts';
import { kubespanDeviceController } from './device.ts';
import { kubespanManagerController } from './manager.ts';

/** The machine's network, and whose end undoes what the node has changed in it. */
export interface NetworkOfNode {
  readonly driver: NetworkDriver;
  readonly owner: Owner;
}

/** The device of the mesh, and all that hangs on it. */
export function meshControllers(
  host: Pick<Host, 'clock' | 'timers'>,
  network: NetworkOfNode | undefined,
): readonly Controller[] {
  if (network === undefined) return [kubespanDeviceController(host, undefined)];
  const { driver, owner } = network;
  const held = new Applied<LinkSpecSpec>(owner);
  return [
    kubespanDeviceController(host, { driver, held }),
    kubespanManagerController(host, driver),
    linkSpecController(driver, held, { host }),
    addressSpecController(driver, { host, owner }),
    routeSpecController(driver, { host, owner }),
    routingRuleSpecController(driver, { host, owner }),
    nfTablesChainController(driver, { host, owner }),
  ];
}
