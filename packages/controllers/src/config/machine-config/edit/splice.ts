import type { Scalar } from 'yaml';

/** A piece of text to put in the place of another. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replaces pieces that do not overlap and keeps every other character. */
export function splice(text: string, splices: readonly Splice[]): string {
  let [result, kept] = ['', 0];
  for (const { start, end, text: replacement } of splices.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(kept, start) + replacement;
    kept = end;
  }
  return result + text.slice(kept);
}

/** Puts a text that needs no escapes in the place of a scalar, in the quotes that it had. */
export function replaceScalar(source: string, scalar: Scalar, value: string): Splice {
  const [start, end] = scalar.range ?? [0, 0];
  // Where nothing stood, the place is right behind the colon, or before a comment.
  if (start === end) {
    const [before, after] = [source[start - 1] === ':' ? ' ' : '', source[end] === '#' ? ' ' : ''];
    return { start, end, text: before + value + after };
  }
  const quoted = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE';
  if (quoted) return { start: start + 1, end: end - 1, text: value };
  // A block ends with its last line break.
  const lineBreak = /\r?\n$/.exec(source.slice(start, end))?.[0] ?? '';
  return { start, end, text: value + lineBreak };
}
