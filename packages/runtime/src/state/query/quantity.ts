/** Longest text that is looked at: a query may ask thousands of times. */
const MAX_LENGTH = 256;

/**
 * Reads a quantity, as numeric label queries do: an integer of 64 bits and a unit of which only the first
 * letters count (`k`, `MiB`, `gigabytes`). Source: the COSI runtime's label comparison, whose products wrap
 * around at 64 bits.
 *
 * @returns undefined if it is none, or longer than 256 characters.
 */
export function parseQuantity(text: string): bigint | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, digits = '', rest = ''] = /^([-0-9]*)(.*)$/su.exec(trim(text)) ?? [];
  if (!/^-?[0-9]+$/.test(digits)) return undefined;
  const value = BigInt(digits);
  if (BigInt.asIntN(64, value) !== value) return undefined;
  const factor = factorOf(trim(rest).toLowerCase());
  return factor === undefined ? undefined : BigInt.asIntN(64, value * factor);
}

/** By the first two letters, else by the first. */
const FACTORS = new Map([
  ['ki', 1n << 10n],
  ['mi', 1n << 20n],
  ['gi', 1n << 30n],
  ['ti', 1n << 40n],
  ['pi', 1n << 50n],
  ['k', 1_000n],
  ['m', 1_000_000n],
  ['g', 1_000_000_000n],
  ['t', 1_000_000_000_000n],
  ['p', 1_000_000_000_000_000n],
]);

function factorOf(unit: string): bigint | undefined {
  return unit === '' ? 1n : (FACTORS.get(unit.slice(0, 2)) ?? FACTORS.get(unit.slice(0, 1)));
}

/** White space as Unicode defines it, which is not what `String.prototype.trim` removes. */
function trim(text: string): string {
  return text.replace(/^\p{White_Space}+/u, '').replace(/\p{White_Space}+$/u, '');
}
