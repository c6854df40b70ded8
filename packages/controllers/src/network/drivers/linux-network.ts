import type { Logger, Timers } from '@cosi-ts/core';
import {
  ipPrefixAddress,
  isIpv4,
  type IpPrefix,
  type RouteSpecSpec,
  type RoutingRuleSpecSpec,
} from '@cosi-ts/resources';
import type { DeviceProbe, LinkChange, NetworkDriver } from '../network-driver.ts';
import { parseAddresses, parseEntries, parseLink } from '../text/ip-json.ts';
import { NFT_TABLE, nftScript } from '../text/nft.ts';
import { kernelDevices } from './kernel.ts';
import { probeDevices, type DeviceChoice } from './probe.ts';
import { ProgramError, runProgram } from './run-program.ts';
import { UserSpaceDevices } from './user-space.ts';

export interface LinuxNetworkOptions {
  readonly timers: Timers;
  readonly log: Logger;
  /** Which WireGuard devices may be used; `auto` takes the kernel's if it has them. */
  readonly device: DeviceChoice;
}

/** The network of this machine, or of the network namespace that the process runs in. */
export function linuxNetwork({ timers, log, device: choice }: LinuxNetworkOptions): NetworkDriver {
  const userSpace = new UserSpaceDevices(timers, log);
  let known: DeviceProbe | undefined;
  /** What was found stays found; what was missing may have come. */
  const probe = async (): Promise<DeviceProbe> => {
    known = known === undefined || known.driver === '' ? await probeDevices(choice) : known;
    return known;
  };
  const devices = async (): Promise<Pick<UserSpaceDevices, 'create' | 'read' | 'configure'>> => {
    return (await probe()).driver === 'kernel' ? kernelDevices : userSpace;
  };
  return {
    probe,
    link: async (name) => parseLink(await quiet(['-json', 'link', 'show', 'dev', name])),
    createDevice: async (name) => (await devices()).create(name),
    setLink: async (name, change) => void (await ip('link', 'set', 'dev', name, ...linkWords(change))),
    async removeLink(name) {
      await userSpace.remove(name);
      await quiet(['link', 'delete', 'dev', name]);
    },
    device: async (name) => (await devices()).read(name),
    configure: async (name, change) => (await devices()).configure(name, change),
    onDeviceEnd: (ended) => userSpace.onEnd(ended),

    machineAddresses: async () => parseAddresses(await ip('-json', 'address', 'show')),
    addresses: async (link) => parseAddresses(await quiet(['-json', 'address', 'show', 'dev', link])),
    addAddress: async (link, address) =>
      void (await ip(...familyOf(address), 'address', 'replace', address, 'dev', link)),
    removeAddress: async (link, address) =>
      void (await quiet([...familyOf(address), 'address', 'delete', address, 'dev', link])),

    async hasRoute(route) {
      const words = ['-json', flag(route), 'route', 'show', 'table', route.table];
      return parseEntries(await quiet(words)).some((entry) => isRoute(entry, route));
    },
    setRoute: async (route) => void (await ip(flag(route), 'route', 'replace', ...routeWords(route))),
    removeRoute: async (route) => void (await quiet([flag(route), 'route', 'delete', ...routeWords(route)])),

    async hasRule(rule) {
      return parseEntries(await ip('-json', flag(rule), 'rule', 'show')).some((entry) => isRule(entry, rule));
    },
    addRule: async (rule) => void (await ip(flag(rule), 'rule', 'add', ...ruleWords(rule))),
    removeRule: async (rule) => void (await quiet([flag(rule), 'rule', 'delete', ...ruleWords(rule)])),

    async chains() {
      const listed = await runProgram('nft', ['list', 'table', ...NFT_TABLE.split(' ')]).catch(nothingIfAbsent);
      return [...listed.matchAll(/^\tchain (\S+) \{$/gm)].map(([, name = '']) => name).sort();
    },
    setChains: async (chains) => void (await runProgram('nft', ['-f', '-'], nftScript(chains))),
  };
}

/** How `ip` and `nft` say that something is not there: links, addresses, routes and their tables, rules, tables. */
const ABSENT =
  /does not exist|Cannot find device|No such (?:process|file or directory|device)|Cannot assign requested address/;

function ip(...words: readonly string[]): Promise<string> {
  return runProgram('ip', words);
}

/** As `ip`, but what is not there is nothing. */
function quiet(words: readonly string[]): Promise<string> {
  return runProgram('ip', words).catch(nothingIfAbsent);
}

function nothingIfAbsent(thrown: unknown): string {
  if (thrown instanceof ProgramError && ABSENT.test(thrown.said)) return '';
  throw thrown;
}

function linkWords({ mtu, isUp }: LinkChange): readonly string[] {
  return [...(mtu === undefined ? [] : ['mtu', String(mtu)]), ...(isUp === undefined ? [] : [isUp ? 'up' : 'down'])];
}

function familyOf(address: IpPrefix): readonly string[] {
  return [isIpv4(ipPrefixAddress(address)) ? '-4' : '-6'];
}

function flag({ family }: RouteSpecSpec | RoutingRuleSpecSpec): string {
  return family === 'inet4' ? '-4' : '-6';
}

function routeWords({
  destination,
  source,
  gateway,
  outLinkName,
  table,
  priority,
  mtu,
  protocol,
  type,
}: RouteSpecSpec) {
  return [
    type,
    destination === '' ? 'default' : destination,
    ...(gateway === '' ? [] : ['via', gateway]),
    ...(outLinkName === '' ? [] : ['dev', outLinkName]),
    ...(source === '' ? [] : ['src', source]),
    'table',
    table,
    ...(priority === 0 ? [] : ['metric', String(priority)]),
    ...(mtu === 0 ? [] : ['mtu', String(mtu)]),
    'protocol',
    protocol,
  ];
}

function isRoute(entry: ReadonlyMap<string, string>, route: RouteSpecSpec): boolean {
  const [, mtu = '0'] = /"mtu":(\d+)/.exec(entry.get('metrics') ?? '') ?? [];
  return (
    entry.get('dst') === (route.destination === '' ? 'default' : route.destination) &&
    (entry.get('gateway') ?? '') === route.gateway &&
    (entry.get('dev') ?? '') === route.outLinkName &&
    Number(entry.get('metric') ?? 0) === route.priority &&
    Number(mtu) === route.mtu
  );
}

function ruleWords({ priority, src, dst, iifName, oifName, fwMark, fwMask, table, action }: RoutingRuleSpecSpec) {
  return [
    'priority',
    String(priority),
    ...(src === '' ? [] : ['from', src]),
    ...(dst === '' ? [] : ['to', dst]),
    ...(iifName === '' ? [] : ['iif', iifName]),
    ...(oifName === '' ? [] : ['oif', oifName]),
    ...(fwMark === 0 ? [] : ['fwmark', `0x${fwMark.toString(16)}/0x${fwMask.toString(16)}`]),
    ...(action === 'unicast' ? ['table', table] : ['type', action]),
  ];
}

function isRule(entry: ReadonlyMap<string, string>, rule: RoutingRuleSpecSpec): boolean {
  return (
    Number(entry.get('priority')) === rule.priority &&
    Number(entry.get('fwmark') ?? 0) === rule.fwMark &&
    (entry.get('table') ?? '') === rule.table &&
    (entry.get('iif') ?? '') === rule.iifName &&
    (entry.get('oif') ?? '') === rule.oifName
  );
}
