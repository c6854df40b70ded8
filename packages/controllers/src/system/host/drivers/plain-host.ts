import os from 'node:os';
import type { Files } from '@cosi-ts/core';
import { parseIpAddress, parseIpPrefix } from '@cosi-ts/resources';
import { addressScope } from '../address-scope.ts';
import type { HostAddress, HostLink, HostSystem } from '../host-system.ts';

/** The machine that this process runs on: Linux, or, with less certainty which interfaces are physical, another one. */
export function plainHost(files: Pick<Files, 'list' | 'read'>): HostSystem {
  return {
    hostname: () => Promise.resolve(os.hostname()),
    async links() {
      const links: HostLink[] = [];
      for (const [name, addresses = []] of Object.entries(os.networkInterfaces())) {
        const device = `/sys/class/net/${name}`;
        links.push({
          name,
          index: await numberIn(files, `${device}/ifindex`),
          isPhysical: (await files.list(`${device}/device`).catch(() => [])).length > 0,
          hardwareAddr: addresses.find(({ mac }) => mac !== NO_HARDWARE_ADDRESS)?.mac ?? '',
          addresses: addresses.flatMap(({ cidr }) => addressOf(cidr)),
        });
      }
      return links.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

const NO_HARDWARE_ADDRESS = '00:00:00:00:00:00';

function addressOf(cidr: string | null): readonly HostAddress[] {
  const prefix = parseIpPrefix(cidr ?? '');
  const address = parseIpAddress(cidr?.replace(/\/.*/, '') ?? '');
  if (prefix === undefined || prefix === '' || address === undefined) return [];
  return [{ prefix, scope: addressScope(address) }];
}

async function numberIn(files: Pick<Files, 'read'>, path: string): Promise<number> {
  const content = await files.read(path).catch(() => undefined);
  const number = Number(new TextDecoder().decode(content ?? new Uint8Array()));
  return Number.isInteger(number) ? number : 0;
}
