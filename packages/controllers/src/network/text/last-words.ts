/**
 * The last line that `wireguard-go` said, undefined if it said nothing. What stands in a frame is its greeting, which it
 * writes at every start.
 */
export function lastWords(said: string): string | undefined {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !/^[\u2500-\u257f]/.test(line));
}
