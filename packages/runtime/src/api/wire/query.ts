import { RpcError } from '@cosi-ts/core';
import {
  LabelTerm_Operation as Op,
  type IDQuery,
  type LabelQuery as WireQuery,
  type LabelTerm as WireTerm,
} from '../../gen/cosi/resource/resource_pb.ts';
import { InvalidQueryError } from '../../state/errors.ts';
import { compileQuery, type Query } from '../../state/query/query.ts';
import type { LabelOperator, LabelTerm } from '../../state/query/label-term.ts';

/** The part of list and watch options that selects. */
interface WireSelection {
  readonly labelQuery: WireQuery[];
  readonly idQuery?: IDQuery | undefined;
}

/** What a client selects; undefined: everything. @throws InvalidQueryError, RpcError for an unknown operator. */
export function queryFrom(options: WireSelection | undefined): Query | undefined {
  if (countOf(options) > MAX_TERMS)
    throw new InvalidQueryError(`a label query has at most ${MAX_TERMS} terms and values`);
  const labels = (options?.labelQuery ?? []).map(({ terms }) => terms.map(termFrom));
  const id = options?.idQuery?.regexp ?? '';
  return labels.length === 0 && id === '' ? undefined : compileQuery({ labels, id });
}

/** More than anybody needs, and few enough to be looked at between two turns of the loop. */
const MAX_TERMS = 10_000;

function countOf(options: WireSelection | undefined): number {
  let count = 0;
  for (const { terms } of options?.labelQuery ?? []) {
    count += 1;
    for (const { value } of terms) count += 1 + value.length;
  }
  return count;
}

/** A query as options carry it. */
export function queryTo(query: Query | undefined) {
  return {
    labelQuery: (query?.labels ?? []).map((terms) => ({ terms: terms.map(termTo) })),
    ...(query?.id && { idQuery: { regexp: query.id } }),
  };
}

const OPERATORS = new Map<Op, LabelOperator>([
  [Op.EXISTS, 'exists'],
  [Op.EQUAL, 'equal'],
  [Op.IN, 'in'],
  [Op.LT, 'lt'],
  [Op.LTE, 'lte'],
  [Op.LT_NUMERIC, 'ltNumeric'],
  [Op.LTE_NUMERIC, 'lteNumeric'],
]);

const NUMBERS = new Map([...OPERATORS].map(([number, name]) => [name, number]));

function termFrom({ key, op, value, invert }: WireTerm): LabelTerm {
  // The older way to say "not exists".
  if (op === Op.NOT_EXISTS) return { key, op: 'exists', invert: true };
  const known = OPERATORS.get(op);
  if (known === undefined) throw new RpcError('UNIMPLEMENTED', `unsupported label query operator: ${op}`);
  return { key, op: known, values: value, invert };
}

function termTo({ key, op, values, invert }: LabelTerm) {
  return { key, op: NUMBERS.get(op) ?? Op.EXISTS, value: [...(values ?? [])], invert: invert === true };
}
