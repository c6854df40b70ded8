import type { Scanner } from './scanner.ts';
import { JsonPathError, type Path, type Step } from './template.ts';

type ParsePart = (text: string) => Path;

/** Parses what stands in `[…]`: `*`, an index, a slice, a quoted key, or several of them with commas between. */
export function parseBrackets(text: string, parsePart: ParsePart): readonly Step[] {
  const branches = splitOutsideQuotes(text);
  if (branches.length > 1) {
    return [{ kind: 'union', branches: branches.map((branch) => parsePart(`[${branch.replace(/^ +| +$/g, '')}]`)) }];
  }
  if (text === '*') return [{ kind: 'slice', from: undefined, to: undefined, by: 1 }];
  const key = /^'([^']*)'$/.exec(text)?.[1];
  return key === undefined ? [parseIndex(text)] : keyPath(key);
}

/** Parses a filter after its `[?(`: a path that must find something, or a comparison. */
export function parseFilter(scanner: Scanner, parsePart: ParsePart): Step {
  const text = scanner.takeFilter();
  const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(text) ?? [];
  if (left === undefined || operator === undefined || right === undefined) {
    return { kind: 'filter', left: parsePart(text), operator: 'exists', right: [] };
  }
  return { kind: 'filter', left: parsePart(left), operator, right: parsePart(right) };
}

/** `['metadata.name']` is a path of two fields, as in the reference; a backslash makes the dot a part of the key. */
function keyPath(key: string): readonly Step[] {
  return [...key.matchAll(/(?:\\.|[^.\\])+/gs)].map(([part]) => ({
    kind: 'field',
    name: part.replace(/\\(.)/gs, '$1'),
  }));
}

function parseIndex(text: string): Step {
  const [whole, from = '', to, by] = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(text) ?? [];
  if (whole === undefined) throw new JsonPathError(`invalid array index ${text}`);
  if (to === undefined) return { kind: 'index', index: bound(from) ?? 0 };
  return { kind: 'slice', from: bound(from), to: bound(to), by: bound(by ?? '') ?? 1 };
}

function bound(text: string): number | undefined {
  if (text === '-') throw new JsonPathError('array index - is not a number');
  return text === '' ? undefined : Number(text);
}

function splitOutsideQuotes(text: string): readonly string[] {
  return text.match(/(?:'[^']*'|[^,'])+|(?<=,|^)(?=,|$)/g) ?? [text];
}
