import { compareUtf8 } from '@cosi-ts/core';
import type { YamlValue } from '../yaml/value.ts';
import { JsonPathError } from './template.ts';

type Comparable = boolean | bigint | number | string;

/**
 * Compares the two sides of a filter. Only values of one kind compare: a whole number and a fraction do not.
 *
 * @throws JsonPathError for other values, or an operator that is none.
 */
export function compare(left: YamlValue, operator: string, right: YamlValue): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return order(left, right) < 0;
    case '<=':
      return order(left, right) <= 0;
    case '>':
      return order(left, right) > 0;
    case '>=':
      return order(left, right) >= 0;
    default:
      throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
}

function equal(left: YamlValue, right: YamlValue): boolean {
  const [a, b] = sameKind(left, right);
  return a === b;
}

function order(left: YamlValue, right: YamlValue): number {
  const [a, b] = sameKind(left, right);
  if (typeof a === 'string') return compareUtf8(a, b as string);
  if (typeof a === 'boolean') throw new JsonPathError('invalid type for comparison');
  return Number(a > (b as typeof a)) - Number(a < (b as typeof a));
}

function sameKind(left: YamlValue, right: YamlValue): readonly [Comparable, Comparable] {
  if (!isComparable(left) || !isComparable(right)) throw new JsonPathError('invalid type for comparison');
  if (typeof left !== typeof right) throw new JsonPathError('incompatible types for comparison');
  return [left, right];
}

function isComparable(value: YamlValue): value is Comparable {
  return value !== null && typeof value !== 'object';
}
