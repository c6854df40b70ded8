import { compactJson } from '../json.ts';
import type { YamlValue } from '../yaml/value.ts';
import type { Found } from './evaluate.ts';

/** What was found, as a table shows it: the values of a part with spaces between, the parts without. */
export function foundText(parts: readonly Found[]): string {
  return parts.map((values) => values.map(displayText).join(' ')).join('');
}

/** Text as it is, lists, mappings and times as compact JSON, numbers as Go prints them. */
export function displayText(value: YamlValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? floatText(value) : compactJson(value);
}

/** A fraction as Go's `%v` writes it: the shortest digits, with an exponent below 1e-4 and from a million on. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return String(value);
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}
