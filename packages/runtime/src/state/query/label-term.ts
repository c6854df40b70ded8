import { compareUtf8 } from '@cosi-ts/core';
import type { Labels } from '@cosi-ts/resources';
import { InvalidQueryError } from '../errors.ts';
import { parseQuantity } from './quantity.ts';

/** How a term compares. The numeric ones read both sides as quantities (`512 MiB`). */
export type LabelOperator = 'exists' | 'equal' | 'in' | 'lt' | 'lte' | 'ltNumeric' | 'lteNumeric';

/** A condition on one label. */
export interface LabelTerm {
  readonly key: string;
  readonly op: LabelOperator;
  /** One value; any number for `in`; ignored by `exists`. */
  readonly values?: readonly string[] | undefined;
  /** Turns the answer around. What has no answer (no such label to order, no number) still does not hold. */
  readonly invert?: boolean | undefined;
}

/** @throws InvalidQueryError if an operator that compares has no value to compare with. */
export function compileTerm(term: LabelTerm): (labels: Labels) => boolean {
  const { key, invert = false } = term;
  const evaluate = evaluation(term);
  const absent = isOrdering(term.op) ? undefined : false;
  return (labels) => {
    const value = labels.get(key);
    const answer = value === undefined ? absent : evaluate(value);
    return answer !== undefined && answer !== invert;
  };
}

/** What the term says about a value that is there; undefined: nothing. */
function evaluation(term: LabelTerm): (value: string) => boolean | undefined {
  switch (term.op) {
    case 'exists':
      return () => true;
    case 'in': {
      const values = new Set(term.values);
      return (value) => values.has(value);
    }
    case 'equal': {
      const wanted = singleValue(term);
      return (value) => value === wanted;
    }
    case 'lt': {
      const bound = singleValue(term);
      return (value) => compareUtf8(value, bound) < 0;
    }
    case 'lte': {
      const bound = singleValue(term);
      return (value) => compareUtf8(value, bound) <= 0;
    }
    case 'ltNumeric':
      return numeric(term, (value, bound) => value < bound);
    case 'lteNumeric':
      return numeric(term, (value, bound) => value <= bound);
  }
}

function numeric(
  term: LabelTerm,
  compare: (value: bigint, bound: bigint) => boolean,
): (value: string) => boolean | undefined {
  const bound = parseQuantity(singleValue(term));
  if (bound === undefined) return () => undefined;
  return (text) => {
    const value = parseQuantity(text);
    return value === undefined ? undefined : compare(value, bound);
  };
}

function singleValue({ key, op, values }: LabelTerm): string {
  const [value] = values ?? [];
  if (value === undefined) throw new InvalidQueryError(`label term "${key}" (${op}) has no value to compare with`);
  return value;
}

function isOrdering(op: LabelOperator): boolean {
  return op !== 'exists' && op !== 'equal' && op !== 'in';
}
