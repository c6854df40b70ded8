import { parseIpPrefix, type IpPrefix } from '@cosi-ts/resources';
import type { KernelLink } from '../network-driver.ts';

/** Reads `ip -json link show dev LINK`. */
export function parseLink(text: string): KernelLink | undefined {
  const [link] = objectsOf(text);
  if (link === undefined) return undefined;
  const flags = Array.isArray(link['flags']) ? (link['flags'] as readonly unknown[]) : [];
  return { index: Number(link['ifindex']), mtu: Number(link['mtu']), isUp: flags.includes('UP') };
}

/** Reads `ip -json address show dev LINK`: the addresses that reach beyond the link. */
export function parseAddresses(text: string): readonly IpPrefix[] {
  return objectsOf(text)
    .flatMap((link) => (Array.isArray(link['addr_info']) ? (link['addr_info'] as readonly JsonObject[]) : []))
    .filter(({ scope }) => scope === 'global')
    .flatMap(({ local, prefixlen }) => parseIpPrefix(`${String(local)}/${String(prefixlen)}`) ?? []);
}

/** Reads `ip -json route show` or `ip -json rule show`: what each says, as text. */
export function parseEntries(text: string): readonly ReadonlyMap<string, string>[] {
  return objectsOf(text).map((entry) => new Map(Object.entries(entry).map(([key, value]) => [key, textOf(value)])));
}

type JsonObject = Readonly<Record<string, unknown>>;

/** What `ip` prints; nothing at all, or an empty object, where there is nothing. */
function objectsOf(text: string): readonly JsonObject[] {
  const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(parsed) ? (parsed as readonly JsonObject[]).filter((one) => Object.keys(one).length > 0) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
