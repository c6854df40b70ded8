import type { LabelQuestion, Resource } from '@cosi-ts/resources';
import { compileIdPattern } from './id-pattern.ts';
import { compileTerm, type LabelTerm } from './label-term.ts';

/** A selection of resources: by id and by labels. Compiled once, asked often. */
export interface Query extends QuerySelection {
  /** @throws InvalidQueryError for an id that is too long for the pattern: together they would hold up the process. */
  matches(resource: Resource): boolean;
  /** What it asks of labels, if it does: a resource whose labels do not hold does not match. */
  readonly question?: LabelQuestion | undefined;
  /** What each character of an id may cost; absent if it does not ask for ids. */
  readonly costPerCharacter?: number | undefined;
  /** What each set of labels may cost, in the same unit; absent if it does not ask for labels. */
  readonly costPerLabels?: number | undefined;
}

/** What a query selects, as data: what a remote state is sent. */
export interface QuerySelection {
  /** One of them must hold; none at all holds always. */
  readonly labels?: readonly LabelQuery[] | undefined;
  /** A regular expression in RE2 syntax that is found anywhere in the id. */
  readonly id?: string | undefined;
}

/** All terms must hold; no terms hold always. */
export type LabelQuery = readonly LabelTerm[];

/** @throws InvalidQueryError for a bad regular expression, or a term that lacks its value. */
export function compileQuery({ labels = [], id = '' }: QuerySelection): Query {
  const alternatives = labels.map((terms) => terms.map((term) => compileTerm(term)));
  const pattern = id === '' ? undefined : compileIdPattern(id);
  const question: LabelQuestion = {
    holds: (asked) => alternatives.some((terms) => terms.every((holds) => holds(asked))),
  };
  return {
    labels,
    id,
    question: alternatives.length > 0 ? question : undefined,
    costPerCharacter: pattern?.size,
    costPerLabels: alternatives.length > 0 ? alternatives.reduce((sum, terms) => sum + 1 + terms.length, 0) : undefined,
    matches({ metadata }) {
      if (alternatives.length > 0 && !metadata.labels.ask(question)) return false;
      return pattern === undefined || pattern.matches(metadata.id);
    },
  };
}
