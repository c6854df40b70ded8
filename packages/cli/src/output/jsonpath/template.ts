/**
 * A parsed JSONPath template, as kubectl and talosctl write it: text with paths in braces, `{.spec.hostname}`, and
 * blocks `{range .items[*]}…{end}`.
 */
export type Template = readonly Part[];

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: Path }
  | { readonly kind: 'range'; readonly steps: Path; readonly body: Template }
  /** An `{end}` that ends nothing: refused when it is evaluated, as in the reference. */
  | { readonly kind: 'end' };

/** What stands between braces: each step maps all values found so far to the values it finds. */
export type Path = readonly Step[];

export type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: boolean | bigint | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly kind: 'union'; readonly branches: readonly Path[] }
  | { readonly kind: 'filter'; readonly left: Path; readonly operator: string; readonly right: Path }
  | { readonly kind: 'word'; readonly word: string };

/** A template that cannot be parsed, or does not fit the data; the text is what talosctl prints. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}
