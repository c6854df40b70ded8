import type { IpPrefix } from '@cosi-ts/resources';

/** What a machine says of itself, at the moment it is asked. A driver: production reads the kernel, tests invent one. */
export interface HostSystem {
  /** With its domain, if the machine has one. */
  hostname(): Promise<string>;
  /** Its network interfaces that are up, in the order of their names. */
  links(): Promise<readonly HostLink[]>;
}

/** A network interface. */
export interface HostLink {
  readonly name: string;
  readonly index: number;
  /** Whether there is a device behind it: not for bridges, tunnels and containers' ends of them. */
  readonly isPhysical: boolean;
  /** As the system writes it, `8e:13:71:af:7c:94`; empty if it has none. */
  readonly hardwareAddr: string;
  readonly addresses: readonly HostAddress[];
}

export interface HostAddress {
  readonly prefix: IpPrefix;
  readonly scope: 'global' | 'link' | 'host';
}
