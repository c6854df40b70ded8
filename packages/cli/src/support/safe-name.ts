/** A name as part of a path: whatever a node calls itself or its types, it leads nowhere else, and no two become one. */
export function safeName(name: string): string {
  const escaped = name.replaceAll(/[^A-Za-z0-9._-]/gu, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
  return /^\.*$/.test(escaped) ? `%${escaped}` : escaped;
}
