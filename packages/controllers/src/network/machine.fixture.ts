import { ZERO_TIME, millisOf, timestampFromMillis, type Timestamp } from '@cosi-ts/core';
import {
  ipPrefixOf,
  maskIpPrefix,
  parseIpPort,
  type IpPort,
  type IpPrefix,
  type NfTablesChainSpec,
  type RouteSpecSpec,
  type RoutingRuleSpecSpec,
} from '@cosi-ts/resources';
import { isWireguardKey } from '../identity/wireguard-key.ts';
import type { DeviceProbe, NetworkDriver, WireguardChange, WireguardDevice } from './network-driver.ts';

interface SimPeer {
  presharedKey: string;
  endpoint: IpPort;
  persistentKeepaliveInterval: string;
  allowedIPs: readonly IpPrefix[];
  since: Timestamp;
}

interface SimLink {
  index: number;
  mtu: number;
  isUp: boolean;
  device: { privateKey: string; listenPort: number; firewallMark: number; peers: Map<string, SimPeer> } | undefined;
  addresses: Set<IpPrefix>;
}

/** What may happen to a call: it is refused before its effect, or after it; or a read tells what was before. */
export type Trouble = 'refused' | 'unanswered' | 'stale' | undefined;

/** A machine in memory, with a kernel as strict as the real one: what is there cannot be added, nothing hangs on nothing. */
export class SimMachine {
  readonly links = new Map<string, SimLink>();
  readonly routes = new Map<string, RouteSpecSpec>();
  readonly rules = new Map<string, RoutingRuleSpecSpec>();
  table: ReadonlyMap<string, NfTablesChainSpec> = new Map();
  probe: DeviceProbe = { driver: 'userspace', missing: [] };
  /** Endpoints at which somebody answers, and since when. */
  readonly answering = new Set<string>();
  /** Where peers are by themselves, in the stead of what was configured. */
  readonly roamed = new Map<string, IpPort>();
  /** What it has beside what is made here. */
  addresses: readonly IpPrefix[] = [ipPrefixOf('10.0.0.9/24')];
  /** Nobody answers any more: what there was of handshakes stays. */
  silent = false;
  trouble: (call: string) => Trouble = () => undefined;
  /** Calls that change something. */
  readonly changes: string[] = [];
  readonly #now: () => Timestamp;
  readonly #ended = new Set<(name: string) => void>();
  #index = 1;
  readonly #handshakes = new Map<string, Timestamp>();
  #lastDevice: WireguardDevice | undefined;

  constructor(now: () => Timestamp) {
    this.#now = now;
  }

  /** Whether nothing is there that was not there before. */
  get isUntouched(): boolean {
    return this.links.size + this.routes.size + this.rules.size + this.table.size === 0;
  }

  /** The process behind a device dies: the link goes with all that hangs on it. */
  loseLink(name: string): void {
    if (!this.links.delete(name)) return;
    this.#handshakes.clear();
    this.#dropRoutes(name);
    for (const ended of this.#ended) ended(name);
  }

  /** A device forgets its peers. */
  forgetPeers(name: string): void {
    this.links.get(name)?.device?.peers.clear();
    this.#handshakes.clear();
  }

  readonly driver: NetworkDriver = {
    probe: () => this.#read('probe', () => this.probe),
    link: (name) => this.#read('link', () => this.links.get(name)),
    createDevice: (name) =>
      this.#change(`create ${name}`, () => {
        if (this.links.has(name)) throw new Error('File exists');
        const device = { privateKey: '', listenPort: 0, firewallMark: 0, peers: new Map<string, SimPeer>() };
        this.links.set(name, { index: ++this.#index, mtu: 1420, isUp: false, device, addresses: new Set() });
      }),
    setLink: (name, { mtu, isUp }) =>
      this.#change(`set ${name}`, () => {
        const link = this.#link(name);
        link.mtu = mtu ?? link.mtu;
        link.isUp = isUp ?? link.isUp;
      }),
    removeLink: (name) =>
      this.#change(`remove ${name}`, () => {
        this.links.delete(name);
        this.#handshakes.clear();
        this.#dropRoutes(name);
      }),
    device: (name) => {
      const before = this.#lastDevice;
      const trouble = this.trouble('device');
      if (trouble === 'refused' || trouble === 'unanswered') return Promise.reject(new Error('no answer: device'));
      this.#lastDevice = this.#device(name);
      return Promise.resolve(trouble === 'stale' && before !== undefined ? before : this.#lastDevice);
    },
    configure: (name, change) => this.#change(`configure ${name}`, () => this.#configure(name, change)),
    onDeviceEnd: (ended) => {
      this.#ended.add(ended);
      return () => void this.#ended.delete(ended);
    },
    machineAddresses: () => this.#read('addresses', () => this.addresses),
    addresses: (name) => this.#read('addresses', () => [...(this.links.get(name)?.addresses ?? [])]),
    addAddress: (name, address) =>
      this.#change(`address ${address}`, () => void this.#link(name).addresses.add(address)),
    removeAddress: (name, address) =>
      this.#change(`no address ${address}`, () => void this.links.get(name)?.addresses.delete(address)),
    hasRoute: (route) =>
      this.#read('route', () => JSON.stringify(this.routes.get(routeKey(route))) === JSON.stringify(route)),
    setRoute: (route) =>
      this.#change(`route ${routeKey(route)}`, () => {
        this.#link(route.outLinkName);
        this.routes.set(routeKey(route), route);
      }),
    removeRoute: (route) => this.#change(`no route ${routeKey(route)}`, () => void this.routes.delete(routeKey(route))),
    hasRule: (rule) => this.#read('rule', () => this.rules.has(JSON.stringify(rule))),
    addRule: (rule) =>
      this.#change(`rule ${rule.family}`, () => {
        if (this.rules.has(JSON.stringify(rule))) throw new Error('File exists');
        this.rules.set(JSON.stringify(rule), rule);
      }),
    removeRule: (rule) => this.#change(`no rule ${rule.family}`, () => void this.rules.delete(JSON.stringify(rule))),
    chains: () => this.#read('chains', () => [...this.table.keys()].sort()),
    setChains: (chains) =>
      this.#change(`chains ${[...chains.keys()].join()}`, () => void (this.table = new Map(chains))),
  };

  #link(name: string): SimLink {
    const link = this.links.get(name);
    if (link === undefined) throw new Error(`Cannot find device "${name}"`);
    return link;
  }

  #dropRoutes(link: string): void {
    for (const [key, { outLinkName }] of this.routes) if (outLinkName === link) this.routes.delete(key);
  }

  #configure(name: string, { privateKey, listenPort, firewallMark, removed, peers }: WireguardChange): void {
    const device = this.#link(name).device;
    if (device === undefined) throw new Error('Operation not supported');
    for (const { publicKey } of peers) if (!isWireguardKey(publicKey)) throw new Error('Invalid argument');
    device.privateKey = privateKey ?? device.privateKey;
    device.listenPort = listenPort ?? device.listenPort;
    device.firewallMark = firewallMark ?? device.firewallMark;
    for (const key of removed) device.peers.delete(key);
    for (const { publicKey, endpoint, ...change } of peers) {
      const before = device.peers.get(publicKey);
      const moved =
        endpoint === undefined ? undefined : { endpoint: parseIpPort(endpoint) ?? ('' as IpPort), since: this.#now() };
      const peer: SimPeer = { ...(before ?? { ...NEW_PEER, since: this.#now() }), ...change, ...moved };
      if (moved !== undefined) this.roamed.delete(publicKey);
      for (const other of device.peers.values()) {
        // An address leads to one peer: the last that was given it.
        if (change.allowedIPs !== undefined)
          other.allowedIPs = other.allowedIPs.filter((ip) => !peer.allowedIPs.includes(ip));
      }
      device.peers.set(publicKey, { ...peer, allowedIPs: peer.allowedIPs.map(maskIpPrefix) });
    }
  }

  #device(name: string): WireguardDevice | undefined {
    const device = this.links.get(name)?.device;
    if (device === undefined) return undefined;
    const { peers, ...settings } = device;
    return {
      ...settings,
      peers: [...peers].map(([publicKey, { since, ...peer }]) => {
        const endpoint = this.roamed.get(publicKey) ?? peer.endpoint;
        const isAnswered = !this.silent && this.answering.has(endpoint);
        if (isAnswered) this.#handshakes.set(publicKey, this.#handshake(since));
        const lastHandshakeTime = this.#handshakes.get(publicKey) ?? ZERO_TIME;
        const bytes = lastHandshakeTime === ZERO_TIME ? 0 : 180;
        return { publicKey, ...peer, endpoint, lastHandshakeTime, receiveBytes: bytes, transmitBytes: bytes };
      }),
    };
  }

  /** Right after the endpoint was set, and every two minutes from then on. */
  #handshake(since: Timestamp): Timestamp {
    const [start, now] = [millisOf(since) + 1, millisOf(this.#now())];
    return timestampFromMillis(start + Math.max(0, Math.floor((now - start) / 120_000)) * 120_000);
  }

  #read<T>(call: string, tell: () => T): Promise<T> {
    const trouble = this.trouble(call);
    return trouble === undefined || trouble === 'stale'
      ? Promise.resolve(tell())
      : Promise.reject(new Error(`no answer: ${call}`));
  }

  async #change(call: string, make: () => void): Promise<void> {
    const trouble = this.trouble(call);
    if (trouble === 'refused') throw new Error(`refused: ${call}`);
    make();
    this.changes.push(call);
    if (trouble === 'unanswered') throw new Error(`no answer: ${call}`);
    return Promise.resolve();
  }
}

const NEW_PEER = { presharedKey: '', endpoint: '' as IpPort, persistentKeepaliveInterval: '0s', allowedIPs: [] };

function routeKey({ family, table, destination, priority }: RouteSpecSpec): string {
  return `${family} ${table} ${destination} ${priority}`;
}
