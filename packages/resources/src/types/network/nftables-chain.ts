import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, enumOf, ipPrefix, list, optional, string, uint32, type SpecOf } from '../../define/fields.ts';

const hook = enumOf({ prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 });

/** Where a chain stands among others at its hook, by the kernel's numbers. */
export const NFT_PRIORITIES = {
  first: -2_147_483_648,
  'conntrack-defrag': -400,
  raw: -300,
  'selinux-first': -225,
  conntrack: -200,
  mangle: -150,
  'nat-dest': -100,
  filter: 0,
  security: 50,
  'nat-source': 100,
  'selinux-last': 225,
  'conntrack-helper': 300,
  last: 2_147_483_647,
} as const;
const priority = enumOf(NFT_PRIORITIES);
const verdict = enumOf({ drop: 0, accept: 1 });

const interfaceMatch = {
  interfaceNames: list(3, string, { yaml: 'interfaceName' }),
  operator: enumOf({ '==': 0, '!=': 1 })(2),
};

const mark = {
  mask: uint32(1, { omitEmpty: true }),
  xor: uint32(2, { omitEmpty: true }),
  value: uint32(3, { omitEmpty: true }),
};

/** Asks whether `(mark & mask) ^ xor == value`, or sets the mark to `(mark & mask) ^ xor`. */
export interface NfTablesMark extends SpecOf<typeof mark> {}

const addressMatch = {
  includeSubnets: list(1, ipPrefix, { omitEmpty: true }),
  excludeSubnets: list(2, ipPrefix, { omitEmpty: true }),
  invert: bool(3, { omitEmpty: true }),
};

/** Matches an address that is in one of the first and in none of the second; an empty list of the first matches nothing. */
export interface NfTablesAddressMatch extends SpecOf<typeof addressMatch> {}

const rule = {
  matchIIfName: optional(8, interfaceMatch),
  matchOIfName: optional(1, interfaceMatch),
  matchMark: optional(3, mark),
  matchSourceAddress: optional(5, addressMatch),
  matchDestinationAddress: optional(6, addressMatch),
  /** Lowers the segment size that TCP agrees on to what fits into packets of so many bytes. */
  clampMSS: optional(9, { mtu: uint32(1) }),
  setMark: optional(4, mark),
  anonymousCounter: bool(12, { omitEmpty: true }),
  verdict: optional(2, verdict),
};

/** One rule: everything that it matches, then what it does. */
export interface NfTablesRule extends SpecOf<typeof rule> {}

const fields = {
  /** `filter`, `route` or `nat`. */
  type: string(1),
  hook: hook(2),
  priority: priority(3),
  policy: verdict(5),
  rules: list(4, rule),
};

export interface NfTablesChainSpec extends SpecOf<typeof fields> {}

/** A chain of the firewall. The id is its name. */
export const NfTablesChain: DeclaredType<NfTablesChainSpec> = defineResource({
  type: 'NfTablesChains.net.talos.dev',
  namespace: 'network',
  columns: { Type: '{.type}', Hook: '{.hook}', Priority: '{.priority}', Policy: '{.policy}' },
  aliases: ['chain', 'chains'],
  fields,
});
