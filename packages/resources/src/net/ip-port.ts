import { compareIpAddresses, parseIpAddress, type IpAddress } from './ip-address.ts';

declare const brand: unique symbol;

/**
 * An address and a port, `10.3.4.5:51820` or `[fd00::1]:51820`, canonical as {@link IpAddress} is. The empty string is the
 * zero value: no endpoint.
 */
export type IpPort = string & { readonly [brand]: 'IpPort' };

/**
 * The canonical form of an address and a port; the empty text gives the zero value.
 *
 * @throws RangeError when the text is not an address and a port from 0 to 65535, or IPv6 lacks its brackets.
 */
export function ipPortOf(text: string): IpPort {
  const endpoint = parseIpPort(text);
  if (endpoint === undefined) throw new RangeError(`not an IP address and port: ${JSON.stringify(text)}`);
  return endpoint;
}

/** As {@link ipPortOf}, but `undefined` for text that is not an address and a port. */
export function parseIpPort(text: string): IpPort | undefined {
  if (text === '') return text as IpPort;
  const colon = text.lastIndexOf(':');
  const bracketed = text.startsWith('[');
  if (colon < 1 || (bracketed && text[colon - 1] !== ']')) return undefined;
  const digits = text.slice(colon + 1);
  const port = /^\d+$/.test(digits) ? Number(digits) : -1;
  const address = parseIpAddress(bracketed ? text.slice(1, colon - 1) : text.slice(0, colon));
  if (!address || !isPort(port) || address.includes(':') !== bracketed) return undefined;
  return ipPortFrom(address, port);
}

/** Whether the text is an address and a port in canonical form (the zero value included). */
export function isIpPort(text: string): text is IpPort {
  return parseIpPort(text) === text;
}

/**
 * The endpoint of an address and a port. Without an address it is the zero value, as in Go's text form.
 *
 * @throws RangeError when the port is not a whole number from 0 to 65535.
 */
export function ipPortFrom(address: IpAddress, port: number): IpPort {
  if (!isPort(port)) throw new RangeError(`not a port: ${port}`);
  if (address === '') return '' as IpPort;
  return (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`) as IpPort;
}

/** The address of an endpoint; the zero address for the zero value. */
export function ipPortAddress(endpoint: IpPort): IpAddress {
  const colon = endpoint.lastIndexOf(':');
  if (colon < 0) return '' as IpAddress;
  return (endpoint.startsWith('[') ? endpoint.slice(1, colon - 1) : endpoint.slice(0, colon)) as IpAddress;
}

/** The port of an endpoint; 0 for the zero value. */
export function ipPortNumber(endpoint: IpPort): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
}

/** Orders endpoints by address, then by port. */
export function compareIpPorts(a: IpPort, b: IpPort): number {
  return compareIpAddresses(ipPortAddress(a), ipPortAddress(b)) || ipPortNumber(a) - ipPortNumber(b);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}
