/** Any number of lines of output. */
const ELISION = '…';

/** Columns whose numbers depend on when one looks. */
const COUNTED: ReadonlySet<string> = new Set(['VERSION', 'RX', 'TX']);

/**
 * Whether a command printed what a page shows, but for what differs from cluster to cluster: ids, keys, certificates (of
 * which a page shows the beginning), versions, times,
 * ports, the first 64 bits of unique local addresses, and so the order of lines in a table and the width of its columns.
 */
export function isShown(shown: readonly string[], printed: string): boolean {
  const expected = normalize(shown.filter((line) => line !== ELISION));
  const actual = normalize(printed.split('\n').filter((line) => line !== ''));
  if (!shown.includes(ELISION))
    return expected.length === actual.length && expected.every((line, at) => line === actual[at]);
  const rest = [...actual];
  return expected.every((line) => {
    const at = rest.indexOf(line);
    if (at < 0) return false;
    rest.splice(at, 1);
    return true;
  });
}

function normalize(lines: readonly string[]): readonly string[] {
  const header = /^(\* {3})?NODE {2,}/.test(lines[0] ?? '') ? columns(lines[0] ?? '') : undefined;
  if (header === undefined) return lines.map((line) => withoutChance(line));
  const rows = lines.map((line, at) => {
    const cells = columns(line);
    for (const [column, name] of header.entries()) if (at > 0 && COUNTED.has(name)) cells[column] = 'N';
    return withoutChance(cells.join('  '));
  });
  return [rows[0] ?? '', ...rows.slice(1).sort()];
}

function columns(line: string): string[] {
  return line.trimEnd().split(/ {2,}/);
}

function withoutChance(line: string): string {
  return line
    .replaceAll(/\bLS0tLS1CRUdJTi[A-Za-z0-9+/]*=*…?/g, 'PEM')
    .replaceAll(/[A-Za-z0-9+/_-]{43}=/g, 'KEY')
    .replaceAll(/\b[A-Za-z0-9]{43,52}\b/g, 'ID')
    .replaceAll(/\bfd[0-9a-f]{2}(?::[0-9a-f]{0,4}){3}:/g, 'ULA:')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/^( *version: )\d+$/, '$1N')
    .trimEnd();
}
