import { SchemaError } from '../../resource/errors.ts';

/** The error for a value of another kind than `wanted`, which says what was found without quoting it. */
export function mismatch(path: string, wanted: string, value: unknown): SchemaError {
  return new SchemaError(path, `expected ${wanted}, found ${describe(value)}`);
}

const NAMES: Readonly<Record<string, string>> = { undefined: 'nothing', string: 'text', object: 'an object' };

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return NAMES[typeof value] ?? `a ${typeof value}`;
}
