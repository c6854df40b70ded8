import type { Timestamp } from '@cosi-ts/core';
import type {
  IpPort,
  IpPrefix,
  NfTablesChainSpec,
  RouteSpecSpec,
  RoutingRuleSpecSpec,
  WireguardPeer,
} from '@cosi-ts/resources';

/**
 * The machine's network, as far as it is changed: devices, addresses, routes, rules, and one table of the firewall. A
 * driver: production runs `ip`, `nft` and WireGuard, tests invent one. Calls reject if the system refuses.
 */
export interface NetworkDriver {
  /** Whether there can be WireGuard devices. Asks, and leaves nothing behind. */
  probe(): Promise<DeviceProbe>;

  link(name: string): Promise<KernelLink | undefined>;
  /** Makes a WireGuard device that is down and knows nobody. */
  createDevice(name: string): Promise<void>;
  setLink(name: string, change: LinkChange): Promise<void>;
  /** Removes a link with all that hangs on it; nothing there is no error. */
  removeLink(name: string): Promise<void>;
  /** What a WireGuard device says of itself; undefined if there is none. */
  device(name: string): Promise<WireguardDevice | undefined>;
  /** One change of a WireGuard device, done as a whole or refused. */
  configure(name: string, change: WireguardChange): Promise<void>;
  /** Calls `ended` when a device went away that nobody removed; the function that it returns stops that. */
  onDeviceEnd(ended: (name: string) => void): () => void;

  /** The addresses of all links that reach beyond them. */
  machineAddresses(): Promise<readonly IpPrefix[]>;
  /** The addresses of a link that reach beyond it; none if there is no link. */
  addresses(link: string): Promise<readonly IpPrefix[]>;
  addAddress(link: string, address: IpPrefix): Promise<void>;
  removeAddress(link: string, address: IpPrefix): Promise<void>;

  hasRoute(route: RouteSpecSpec): Promise<boolean>;
  /** Adds a route, or replaces the one to the same destination with the same metric. */
  setRoute(route: RouteSpecSpec): Promise<void>;
  removeRoute(route: RouteSpecSpec): Promise<void>;

  hasRule(rule: RoutingRuleSpecSpec): Promise<boolean>;
  addRule(rule: RoutingRuleSpecSpec): Promise<void>;
  removeRule(rule: RoutingRuleSpecSpec): Promise<void>;

  /** The names of the chains that are in the table, sorted. */
  chains(): Promise<readonly string[]>;
  /** Replaces the whole table at once; without chains it is removed. */
  setChains(chains: ReadonlyMap<string, NfTablesChainSpec>): Promise<void>;
}

/** How there can be WireGuard devices, or what is in the way, in sentences for the operator. */
export interface DeviceProbe {
  readonly driver: 'kernel' | 'userspace' | '';
  readonly missing: readonly string[];
}

export interface KernelLink {
  /** Another one when the link was made anew. */
  readonly index: number;
  readonly mtu: number;
  readonly isUp: boolean;
}

export interface LinkChange {
  readonly mtu?: number | undefined;
  readonly isUp?: boolean | undefined;
}

/** Keys are in base64, and empty if there is none. */
export interface WireguardDevice {
  readonly privateKey: string;
  readonly listenPort: number;
  readonly firewallMark: number;
  readonly peers: readonly WireguardDevicePeer[];
}

export interface WireguardDevicePeer extends WireguardPeer {
  /** Where it is at present; empty if that is not known. */
  readonly endpoint: IpPort;
  /** The zero time if there was none. */
  readonly lastHandshakeTime: Timestamp;
  readonly receiveBytes: number;
  readonly transmitBytes: number;
}

/** What is not named stays as it is. */
export interface WireguardChange {
  readonly privateKey?: string | undefined;
  readonly listenPort?: number | undefined;
  readonly firewallMark?: number | undefined;
  /** Public keys of peers to forget. */
  readonly removed: readonly string[];
  /** Peers to add or change. */
  readonly peers: readonly WireguardPeerChange[];
}

export type WireguardPeerChange = Pick<WireguardPeer, 'publicKey'> & Partial<Omit<WireguardPeer, 'publicKey'>>;
