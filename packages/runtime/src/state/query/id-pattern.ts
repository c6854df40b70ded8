// oxlint-disable-next-line house/host -- loads code: nothing that a simulation would have to replay
import { createRequire } from 'node:module';
import { abbreviated, messageOf } from '@cosi-ts/core';
import type { RE2JS } from 're2js';
import { InvalidQueryError } from '../errors.ts';

/** Longest regular expression taken, in UTF-16 units. */
const MAX_LENGTH = 1024;

/**
 * How many atoms counted repetitions (`x{100}`) may add once they are written out. Each costs time to compile, and
 * may cost it again at every character of an id.
 */
const MAX_GROWTH = 256;

/**
 * Atoms of a pattern times characters of an id: where the engine has to follow all atoms at once, each of these takes
 * some 50 ns, so that this is 20 ms.
 */
const MAX_STEPS = 400_000;

export interface IdPattern {
  /** How many atoms it has: what a character of an id may cost. */
  readonly size: number;
  /** @throws InvalidQueryError for an id that is too long for a pattern of this size. */
  matches(id: string): boolean;
}

/**
 * Compiles a regular expression in RE2 syntax, searched for anywhere in an id in time linear to its length.
 *
 * @throws InvalidQueryError if it is none, or too large.
 */
export function compileIdPattern(pattern: string): IdPattern {
  if (pattern.length > MAX_LENGTH) {
    throw new InvalidQueryError(`failed to compile regexp: longer than ${MAX_LENGTH} characters`);
  }
  const size = expandedSize(pattern);
  if (size > pattern.length + MAX_GROWTH) {
    throw new InvalidQueryError('failed to compile regexp: expression too large');
  }
  try {
    const compiled = loadRe2().RE2JS.compile(pattern);
    return {
      size,
      matches(id) {
        if (id.length * size > MAX_STEPS) {
          throw new InvalidQueryError(
            `the pattern is too large for an id of ${id.length} characters: ${abbreviated(id)}`,
          );
        }
        return compiled.test(id);
      },
    };
  } catch (thrown) {
    throw new InvalidQueryError(`failed to compile regexp: ${messageOf(thrown)}`);
  }
}

let loaded: { readonly RE2JS: typeof RE2JS } | undefined;

/** Loaded at the first pattern: few programs ever see one, and it takes as long to load as all the rest. */
function loadRe2(): { readonly RE2JS: typeof RE2JS } {
  loaded ??= createRequire(import.meta.url)('re2js') as { readonly RE2JS: typeof RE2JS };
  return loaded;
}

/**
 * How many atoms an expression has when `x{100}` is written out, which is how it is compiled. Never less than
 * that for an expression that is well-formed; a little more for some (inside `\Q…\E`).
 */
function expandedSize(pattern: string): number {
  /** Sizes of the sequences that are open, innermost last. */
  const open = [0];
  let atom = 0;
  const add = (size: number): void => {
    atom = size;
    open[open.length - 1] = (open.at(-1) ?? 0) + size;
  };
  for (const [token] of pattern.matchAll(TOKENS)) {
    if (token === '(') open.push(1);
    else if (token === ')') {
      if (open.length > 1) add(open.pop() ?? 0);
    } else if (/^\{\d/.test(token)) {
      const count = Math.max(...token.slice(1, -1).split(',').map(Number));
      // The atom is there once already; none of it may remain, but then it costs nothing either.
      const once = atom;
      if (count > 1) add(once * (count - 1));
      atom = once * Math.max(count, 1);
    } else add(1);
  }
  return open.reduce((sum, size) => sum + size, 0);
}

/** An escape with its braces, a character class, a counted repetition, or any one character. */
const TOKENS = /\\(?:[pPx]\{[^}]*\}|.)|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|./gsu;
