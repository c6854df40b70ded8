import { AddressSpec } from '@cosi-ts/resources';
import type { Controller } from '@cosi-ts/runtime';
import { applier, type ApplierOptions } from './applier.ts';
import type { NetworkDriver } from './network-driver.ts';

/** Gives links their addresses. A link that we made has no other ones than those. */
export function addressSpecController(driver: NetworkDriver, options: ApplierOptions): Controller {
  return applier(
    {
      name: 'network.AddressSpecController',
      type: AddressSpec.in('network-config'),
      link: ({ linkName }) => linkName,
      has: async ({ linkName, address }) => (await driver.addresses(linkName)).includes(address),
      apply: ({ linkName, address }) => driver.addAddress(linkName, address),
      undo: ({ linkName, address }) => driver.removeAddress(linkName, address),
      async tidy(specs) {
        const wanted = new Map(specs.map(({ linkName }) => [linkName, new Set<string>()]));
        for (const { linkName, address } of specs) wanted.get(linkName)?.add(address);
        for (const [link, addresses] of wanted) {
          for (const address of await driver.addresses(link)) {
            if (!addresses.has(address)) await driver.removeAddress(link, address);
          }
        }
      },
    },
    options,
  );
}
