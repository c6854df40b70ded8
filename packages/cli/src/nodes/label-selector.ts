import { InvalidQueryError, compileQuery, parseQuantity, type LabelTerm, type Query } from '@cosi-ts/runtime';
import { CommandError } from '../io.ts';

/** What selects resources, as it was given. */
export interface SelectionOptions {
  readonly selector?: readonly string[];
  readonly id?: string;
}

/**
 * The query that options ask for; undefined: everything.
 *
 * @throws CommandError (exit code 2) for a selector or regular expression that is none.
 */
export function queryOf({ selector = [], id }: SelectionOptions): Query | undefined {
  if (selector.length === 0 && id === undefined) return undefined;
  const terms = selector.flatMap(parseSelector);
  try {
    return compileQuery({ labels: terms.length === 0 ? [] : [terms], id: id ?? '' });
  } catch (thrown) {
    if (!(thrown instanceof InvalidQueryError)) throw thrown;
    throw new CommandError(`--id: ${thrown.message}`, { exitCode: 2, cause: thrown });
  }
}

/**
 * The terms of a label selector as kubectl takes it, `key`, `!key`, `key=value`, `key!=value`, `key in (a,b)` and `key
 * notin (a,b)`, and comparisons `<`, `<=`, `>` and `>=`: of quantities if the value is one, else of texts. All must hold.
 *
 * @throws CommandError (exit code 2)
 */
export function parseSelector(selector: string): readonly LabelTerm[] {
  const terms: LabelTerm[] = [];
  let rest = selector.trim();
  while (rest !== '') {
    const found = FORMS.map(({ pattern, term }) => ({ match: pattern.exec(rest), term })).find(
      ({ match }) => match !== null,
    );
    const [whole = '', key = '', value = ''] = found?.match ?? [];
    if (found === undefined || key === '') {
      throw new CommandError(
        `${JSON.stringify(rest)} is no label selector: write key, !key, key=value, key!=value, key in (a,b), ` +
          'key notin (a,b), key<value or key<=value, several of them with commas',
        { exitCode: 2 },
      );
    }
    terms.push(found.term(key, value));
    rest = rest.slice(whole.length);
  }
  return terms;
}

const KEY = String.raw`([^\s,!=<>()]+)`;
const END = String.raw`\s*(?:,\s*|$)`;
const SET = String.raw`\(([^()]*)\)`;
const VALUE = String.raw`([^\s,!=<>()]*)`;

interface Form {
  readonly pattern: RegExp;
  readonly term: (key: string, value: string) => LabelTerm;
}

function form(text: string, term: Form['term']): Form {
  return { pattern: new RegExp(`^${text}${END}`, 'u'), term };
}

const FORMS: readonly Form[] = [
  form(String.raw`${KEY}\s+in\s*${SET}`, (key, value) => ({ key, op: 'in', values: listOf(value) })),
  form(String.raw`${KEY}\s+notin\s*${SET}`, (key, value) => ({ key, op: 'in', values: listOf(value), invert: true })),
  form(String.raw`${KEY}\s*==?\s*${VALUE}`, (key, value) => ({ key, op: 'equal', values: [value] })),
  form(String.raw`${KEY}\s*!=\s*${VALUE}`, (key, value) => ({ key, op: 'equal', values: [value], invert: true })),
  form(String.raw`${KEY}\s*<\s*${VALUE}`, (key, value) => ordering('lt', key, value, false)),
  form(String.raw`${KEY}\s*<=\s*${VALUE}`, (key, value) => ordering('lte', key, value, false)),
  form(String.raw`${KEY}\s*>\s*${VALUE}`, (key, value) => ordering('lte', key, value, true)),
  form(String.raw`${KEY}\s*>=\s*${VALUE}`, (key, value) => ordering('lt', key, value, true)),
  form(String.raw`!\s*${KEY}`, (key) => ({ key, op: 'exists', invert: true })),
  form(KEY, (key) => ({ key, op: 'exists' })),
];

function listOf(text: string): readonly string[] {
  return text.split(',').map((value) => value.trim());
}

function ordering(op: 'lt' | 'lte', key: string, value: string, invert: boolean): LabelTerm {
  const isNumber = parseQuantity(value) !== undefined;
  return { key, op: isNumber ? `${op}Numeric` : op, values: [value], invert };
}
