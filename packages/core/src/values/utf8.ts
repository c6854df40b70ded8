/**
 * Orders strings by their UTF-8 bytes, as Go does. JavaScript's `<` orders by UTF-16 units, which differs where
 * surrogates (above U+FFFF) meet U+E000 to U+FFFF.
 *
 * @returns a negative number, 0, or a positive number.
 */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates behind the rest of the plane: they stand for code points above it. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
