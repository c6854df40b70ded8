import { isSecretName, REDACTED } from './secret-name.ts';

/** Fields below this depth are not written: nobody logs such a thing on purpose. */
const DEPTH = 8;

/**
 * Fields without what is secret by its name, however deep it lies. Nobody should log such fields; where somebody logs a
 * whole spec by mistake, this is what keeps its key out of a file. Errors, dates and the like are left as they are.
 */
export function withoutSecrets(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return hideIn(fields, 0);
}

function hideIn(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecretName(name) ? REDACTED : hide(value, depth)]),
  );
}

function hide(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((item: unknown) => hide(item, depth + 1));
  return isPlain(value) ? hideIn(value, depth + 1) : value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
