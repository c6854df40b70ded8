import {
  NFT_PRIORITIES,
  isIpv4,
  ipPrefixAddress,
  type IpPrefix,
  type NfTablesAddressMatch,
  type NfTablesChainSpec,
  type NfTablesMark,
  type NfTablesRule,
} from '@cosi-ts/resources';

/** The table that holds the node's chains, as in Talos. */
export const NFT_TABLE = 'inet talos';

/** The script that replaces the whole table in one transaction; without chains it removes it. */
export function nftScript(chains: ReadonlyMap<string, NfTablesChainSpec>): string {
  // Made first, so that it can be removed in any case.
  const lines = [`table ${NFT_TABLE}`, `delete table ${NFT_TABLE}`];
  if (chains.size > 0) lines.push(`table ${NFT_TABLE} {`, ...[...chains].flatMap(chainLines), '}');
  return `${lines.join('\n')}\n`;
}

function chainLines([name, { type, hook, priority, policy, rules }]: readonly [string, NfTablesChainSpec]): string[] {
  return [
    `  chain ${checked(name)} {`,
    `    type ${checked(type)} hook ${hook} priority ${NFT_PRIORITIES[priority]}; policy ${policy};`,
    ...rules.flatMap(ruleTexts).map((rule) => `    ${rule}`),
    '  }',
  ];
}

type Family = 'ip' | 'ip6';
const FAMILIES: readonly Family[] = ['ip', 'ip6'];

/** One rule of ours is one of nft for each family, if it looks at addresses. What can never match is left out. */
function ruleTexts(rule: NfTablesRule): readonly string[] {
  const { matchSourceAddress, matchDestinationAddress, clampMSS } = rule;
  const hasFamily = [matchSourceAddress, matchDestinationAddress, clampMSS].some((part) => part !== undefined);
  if (!hasFamily) return [text(rule, undefined)];
  return FAMILIES.flatMap((family) => {
    const source = addressText(family, 'saddr', matchSourceAddress);
    const destination = addressText(family, 'daddr', matchDestinationAddress);
    return source === undefined || destination === undefined ? [] : [text(rule, family, [...source, ...destination])];
  });
}

function text(rule: NfTablesRule, family: Family | undefined, addresses: readonly string[] = []): string {
  const { matchIIfName, matchOIfName, matchMark, setMark, clampMSS, anonymousCounter, verdict } = rule;
  const parts: (string | undefined)[] = [
    matchIIfName && interfaceText('iifname', matchIIfName),
    matchOIfName && interfaceText('oifname', matchOIfName),
    matchMark && `${changed(matchMark)} == ${hex(matchMark.value)}`,
    ...addresses,
    clampMSS && clampText(clampMSS.mtu - (family === 'ip' ? 40 : 60), addresses.length === 0 ? family : undefined),
    anonymousCounter ? 'counter' : undefined,
    setMark && `meta mark set ${changed(setMark)}`,
    verdict,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** @returns the texts that match; undefined if nothing of the family can match */
function addressText(family: Family, field: string, match: NfTablesAddressMatch | undefined): string[] | undefined {
  if (match === undefined) return [];
  const ofFamily = (prefixes: readonly IpPrefix[]): readonly IpPrefix[] =>
    prefixes.filter((prefix) => isIpv4(ipPrefixAddress(prefix)) === (family === 'ip'));
  const included = ofFamily(match.includeSubnets);
  const excluded = ofFamily(match.excludeSubnets);
  const isAll = match.includeSubnets.length === 0 && match.excludeSubnets.length > 0;
  if (match.invert) {
    if (excluded.length > 0) throw new RangeError('a firewall rule cannot both exclude addresses and be inverted');
    return included.length === 0 ? [] : [`${family} ${field} != ${setText(included)}`];
  }
  if (included.length === 0 && !isAll) return undefined;
  return [
    ...(isAll ? [] : [`${family} ${field} ${setText(included)}`]),
    ...(excluded.length === 0 ? [] : [`${family} ${field} != ${setText(excluded)}`]),
  ];
}

function setText(prefixes: readonly IpPrefix[]): string {
  return `{ ${prefixes.join(', ')} }`;
}

function interfaceText(key: string, { interfaceNames, operator }: NonNullable<NfTablesRule['matchIIfName']>): string {
  const names = interfaceNames.map((name) => `"${checked(name)}"`);
  return `${key} ${operator === '!=' ? '!= ' : ''}{ ${names.join(', ')} }`;
}

function changed({ mask, xor }: NfTablesMark): string {
  const masked = `meta mark and ${hex(mask)}`;
  return xor === 0 ? masked : `${masked} xor ${hex(xor)}`;
}

function clampText(size: number, family: Family | undefined): string {
  const protocol = family === undefined ? '' : `meta nfproto ${family === 'ip' ? 'ipv4' : 'ipv6'} `;
  return `${protocol}tcp flags & (fin | syn | rst) == syn tcp option maxseg size > ${size} tcp option maxseg size set ${size}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Names come from resources: nothing in them may end the name. @throws RangeError */
function checked(name: string): string {
  if (!/^[A-Za-z0-9_.@-]+$/.test(name)) throw new RangeError(`not a name for the firewall: ${JSON.stringify(name)}`);
  return name;
}
