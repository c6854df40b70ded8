import { ipPrefixContains, ipPrefixOf, type IpAddress, type IpPrefix } from '@cosi-ts/resources';
import type { HostAddress } from './host-system.ts';

const LOOPBACK: readonly IpPrefix[] = ['127.0.0.0/8', '::1/128'].map(ipPrefixOf);
const LINK_LOCAL: readonly IpPrefix[] = ['169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', 'ff00::/8'].map(ipPrefixOf);

/** How far an address reaches, as far as the address itself tells. */
export function addressScope(address: IpAddress): HostAddress['scope'] {
  if (isIn(LOOPBACK, address)) return 'host';
  return isIn(LINK_LOCAL, address) ? 'link' : 'global';
}

function isIn(prefixes: readonly IpPrefix[], address: IpAddress): boolean {
  // A zone only says which link a link-local address is of.
  const plain = address.replace(/%.*/, '') as IpAddress;
  return prefixes.some((prefix) => ipPrefixContains(prefix, plain));
}
