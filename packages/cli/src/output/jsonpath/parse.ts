import { parseBrackets, parseFilter } from './brackets.ts';
import { Scanner } from './scanner.ts';
import { JsonPathError, type Part, type Path, type Step, type Template } from './template.ts';

/**
 * Parses a template: literal text, paths in braces, `{range}` and `{end}`.
 *
 * @throws JsonPathError where the text is no template.
 */
export function parseTemplate(text: string): Template {
  const scanner = new Scanner(text);
  const template: Part[] = [];
  const open: { readonly steps: Path; readonly body: Part[] }[] = [];
  while (!scanner.done) {
    const body = open.at(-1)?.body ?? template;
    const literal = scanner.takeUntil((char) => char === '{');
    if (literal !== '') body.push({ kind: 'text', text: literal });
    if (scanner.done) break;
    scanner.skip('{');
    const steps = parsePath(scanner, '}');
    if (steps.some(isWord('end'))) {
      const block = open.pop();
      if (block === undefined) body.push({ kind: 'end' });
      else (open.at(-1)?.body ?? template).push({ kind: 'range', ...block });
    } else if (steps.some(isWord('range'))) {
      open.push({ steps: steps.filter((step) => !isWord('range')(step)), body: [] });
    } else {
      body.push({ kind: 'path', steps });
    }
  }
  if (open.length > 0) throw new JsonPathError('range without {end}');
  return template;
}

function isWord(word: string): (step: Step) => boolean {
  return (step) => step.kind === 'word' && step.word === word;
}

/** Parses steps up to the closing brace; without one, to the end of the text, which is a part of a larger path. */
function parsePath(scanner: Scanner, close?: '}'): Path {
  const steps: Step[] = [];
  for (;;) {
    if (scanner.done || scanner.atLineBreak) {
      if (close === undefined && scanner.done) return steps;
      throw new JsonPathError('unclosed action');
    }
    if (close !== undefined && scanner.skip(close)) return steps;
    steps.push(...parseStep(scanner, steps.at(-1)));
  }
}

function parseStep(scanner: Scanner, previous: Step | undefined): readonly Step[] {
  if (scanner.skip('[?(')) return [parseFilter(scanner, parsePart)];
  if (scanner.skip('..')) {
    if (previous?.kind === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    return scanner.atWordCharacter ? [{ kind: 'recursive' }, field(scanner)] : [{ kind: 'recursive' }];
  }
  // The current object, which is where every path begins anyway.
  if (scanner.skip(' ') || scanner.skip('@') || scanner.skip('$')) return [];
  if (scanner.skip('[')) return parseBrackets(scanner.takeBrackets(), parsePart);
  if (scanner.at('"') || scanner.at("'")) return [{ kind: 'text', text: scanner.takeQuoted() }];
  if (scanner.skip('.')) return scanner.atEndOfWord ? [] : [field(scanner)];
  if (scanner.atNumber) return [{ kind: 'literal', value: scanner.takeNumber() }];
  if (scanner.atWordCharacter) return [word(scanner.takeWord())];
  throw new JsonPathError(`unrecognized character in action: ${scanner.describeCharacter()}`);
}

/** A part of a path that stands alone: an index of a union, a side of a filter. */
function parsePart(text: string): Path {
  return parsePath(new Scanner(text));
}

function field(scanner: Scanner): Step {
  const name = scanner.takeEscapedWord();
  return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name };
}

function word(text: string): Step {
  return text === 'true' || text === 'false'
    ? { kind: 'literal', value: text === 'true' }
    : { kind: 'word', word: text };
}
