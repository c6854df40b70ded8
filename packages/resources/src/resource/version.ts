declare const versionBrand: unique symbol;

/**
 * A resource's version: a safe integer from 1 on, or {@link UNDEFINED_VERSION}. Text above 2^53−1 is refused
 * where it comes in, so that arithmetic stays exact.
 */
export type Version = number & { readonly [versionBrand]: true };

/** The version of what was never stored; its text is `undefined`. */
export const UNDEFINED_VERSION = -1 as Version;

/** The version of the first of a name in a kind that never destroyed anything. */
export const FIRST_VERSION = 1 as Version;

/** @throws RangeError if `value` is no version number (an integer from 0 to 2^53−1). */
export function versionOf(value: number): Version {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a version: ${value}`);
  return value as Version;
}

/** @returns undefined if the text is neither `undefined` nor a decimal number up to 2^53−1. */
export function parseVersion(text: string): Version | undefined {
  if (text === 'undefined') return UNDEFINED_VERSION;
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? (value as Version) : undefined;
}

export function formatVersion(version: Version): string {
  return version === UNDEFINED_VERSION ? 'undefined' : String(version);
}

/** @throws RangeError beyond 2^53−1. */
export function nextVersion(version: Version): Version {
  return version === UNDEFINED_VERSION ? FIRST_VERSION : versionOf(version + 1);
}
