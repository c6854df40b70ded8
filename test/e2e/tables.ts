/** The five nodes that the documentation shows, with what identifies them there. */
export const DOCUMENTED_NODES = [
  ['talos-default-controlplane-1', 'controlplane', '172.20.0.2', '8c13:71ff:feaf:7c94'],
  ['talos-default-controlplane-2', 'controlplane', '172.20.0.3', '986b:7eff:fec5:889d'],
  ['talos-default-controlplane-3', 'controlplane', '172.20.0.4', '248f:1fff:fe5c:c3f'],
  ['talos-default-worker-1', 'worker', '172.20.0.5', 'cc80:3dff:fece:d89d'],
  ['talos-default-worker-2', 'worker', '172.20.0.6', '2805:fbff:fe80:5ed2'],
] as const;

/** Lays rows out as the documentation's tables are: three spaces after the widest cell, the last column open. */
export function layOut(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) => row.map((cell, column) => (column < row.length - 1 ? cell.padEnd((widths[column] ?? 0) + 3) : cell)))
    .map((cells) => `${cells.join('')}\n`)
    .join('');
}

/** The cells of a printed table, by its header's columns. */
export function cellsOf(table: string): readonly (readonly string[])[] {
  const lines = table.split('\n').filter((line) => line !== '');
  const header = lines[0] ?? '';
  const starts = [...header.matchAll(/(?:^|\s{3})(\S)/g)].map((match) => match.index + match[0].length - 1);
  return lines.map((line) => starts.map((from, index) => line.slice(from, starts[index + 1]).trimEnd()));
}

/** What differs from cluster to cluster: the first 64 bits of the unique local addresses. */
export function withoutPrefixes(text: string): string {
  return text.replaceAll(/"fd[0-9a-f]{2}(?::[0-9a-f]{0,4}){3}:/g, '"ULA:');
}
