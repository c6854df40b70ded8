import { createHash } from 'node:crypto';
import { Bytes } from '@cosi-ts/core';

/**
 * The bytes of a hardware address: 6, 8 or 20 of them (EUI-48, EUI-64, InfiniBand), each written with two digits and
 * separated by colons or hyphens.
 *
 * @returns undefined if the text is no hardware address.
 */
export function parseHardwareAddress(text: string): Bytes | undefined {
  if (!/^[\da-f]{2}(?:(?::[\da-f]{2})+|(?:-[\da-f]{2})+)$/i.test(text)) return undefined;
  const bytes = Buffer.from(text.replaceAll(/[:-]/g, ''), 'hex');
  return LENGTHS.has(bytes.length) ? Bytes.from(bytes) : undefined;
}

/** Writes a hardware address in lower case with colons. */
export function formatHardwareAddress(address: Bytes): string {
  return [...address].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/**
 * A hardware address for a machine that has none of its own: the first six bytes of the SHA-256 of its name, with the bits
 * of the first byte set that mark it as locally administered and unicast.
 */
export function hardwareAddressFromName(name: string): Bytes {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 6);
  bytes[0] = ((bytes[0] as number) & 0xfc) | 0x02;
  return Bytes.from(bytes);
}

const LENGTHS: ReadonlySet<number> = new Set([6, 8, 20]);
