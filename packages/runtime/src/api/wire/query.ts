import { RpcError } from '@cosi-ts/core';
import { LabelTerm_Operation as Op } from '../../gen/cosi/resource/resource_pb.ts';
import { compileQuery, type Query } from '../../state/query/query.ts';
import type { LabelOperator, LabelTerm } from '../../state/query/label-term.ts';

/** The part of list and watch options that selects. */
export interface WireSelection {
  readonly labelQuery: readonly WireQuery[];
  readonly idQuery?: { readonly regexp: string } | undefined;
}

export interface WireQuery {
  readonly terms: readonly WireTerm[];
}

export interface WireTerm {
  readonly key: string;
  readonly op: number;
  readonly value: readonly string[];
  readonly invert: boolean;
}

/** What a client selects; undefined: everything. @throws InvalidQueryError, RpcError for an unknown operator. */
export function queryFrom(options: WireSelection | undefined): Query | undefined {
  const labels = (options?.labelQuery ?? []).map(({ terms }) => terms.map(termFrom));
  const id = options?.idQuery?.regexp ?? '';
  return labels.length === 0 && id === '' ? undefined : compileQuery({ labels, id });
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
  const known = OPERATORS.get(op as Op);
  if (known === undefined) throw new RpcError('UNIMPLEMENTED', `unsupported label query operator: ${op}`);
  return { key, op: known, values: value, invert };
}

function termTo({ key, op, values, invert }: LabelTerm) {
  return { key, op: NUMBERS.get(op) ?? Op.EXISTS, value: [...(values ?? [])], invert: invert === true };
}
