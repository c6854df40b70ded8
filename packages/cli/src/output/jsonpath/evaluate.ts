import { isYamlList, isYamlMap, typeName, type YamlValue } from '../yaml/value.ts';
import { compare } from './compare.ts';
import { displayText } from './text.ts';
import { JsonPathError, type Path, type Step, type Template } from './template.ts';

/** What one part of a template found; text between braces counts as found. */
export type Found = readonly YamlValue[];

export interface EvaluateOptions {
  /** A field that nothing has is nothing found, and no error. */
  readonly allowMissing: boolean;
}

/**
 * Evaluates a template on one value; a range gives the parts of its body once for each value it found.
 *
 * @throws JsonPathError where the data does not fit the template, for example `hostname is not found`.
 */
export function evaluate(template: Template, data: YamlValue, options: EvaluateOptions): readonly Found[] {
  return template.flatMap((part): readonly Found[] => {
    switch (part.kind) {
      case 'text':
        return [[part.text]];
      case 'path':
        return [walk(part.steps, [data], options)];
      case 'range':
        return walk(part.steps, [data], options).flatMap((item) => evaluate(part.body, item, options));
      case 'end':
        throw new JsonPathError('not in range, nothing to end');
    }
  });
}

function walk(steps: Path, values: Found, options: EvaluateOptions): Found {
  return steps.reduce((found, step) => take(step, found, options), values);
}

function take(step: Step, values: Found, options: EvaluateOptions): Found {
  switch (step.kind) {
    case 'text':
      return [step.text];
    case 'literal':
      return values.map(() => step.value);
    case 'field':
      return fields(step.name, values, options);
    case 'wildcard':
      return values.flatMap(children);
    case 'recursive':
      return values.flatMap(descendants);
    case 'index':
      return lists(values).flatMap((list) => elementAt(list, step.index));
    case 'slice':
      return lists(values).flatMap((list) => slice(list, step));
    case 'union':
      return step.branches.flatMap((branch) => walk(branch, values, options));
    case 'filter':
      return values.flatMap((value) => filter(step, value, options));
    case 'word':
      throw new JsonPathError(`unrecognized identifier ${step.word}`);
  }
}

function fields(name: string, values: Found, { allowMissing }: EvaluateOptions): Found {
  const found = values.flatMap((value) => {
    const field = value !== null && isYamlMap(value) ? value.get(name) : undefined;
    return field === undefined ? [] : [field];
  });
  if (found.length === 0 && values.length > 0 && !allowMissing) throw new JsonPathError(`${name} is not found`);
  return found;
}

/** What a wildcard finds; a text's bytes are its children, as in Go. */
function children(value: YamlValue): Found {
  if (isYamlList(value)) return value;
  if (isYamlMap(value)) return [...value.values()];
  return typeof value === 'string' ? [...new TextEncoder().encode(value)].map(BigInt) : [];
}

/** Everything that has something in it, parents before children. */
function descendants(value: YamlValue): Found {
  if (typeof value === 'string') return value === '' ? [] : [value];
  const within = children(value);
  return within.length === 0 ? [] : [value, ...within.flatMap(descendants)];
}

function lists(values: Found): readonly (readonly YamlValue[])[] {
  return values
    .filter((value) => value !== null)
    .map((value) => {
      if (isYamlList(value)) return value;
      throw new JsonPathError(`${typeName(value)} is not array or slice`);
    });
}

function elementAt(list: readonly YamlValue[], index: number): Found {
  const position = index < 0 ? index + list.length : index;
  const element = list[position];
  if (element === undefined) throw outOfBounds(position, list);
  return [element];
}

function slice(list: readonly YamlValue[], { from = 0, to = list.length, by }: Step & { kind: 'slice' }): Found {
  const start = from < 0 ? from + list.length : from;
  const end = to < 0 ? to + list.length : to;
  // Nothing is asked for, of however short a list; the lists beside this one still count.
  if (start === end) return [];
  if (start < 0 || start >= list.length) throw outOfBounds(start, list);
  if (end < 0 || end > list.length) throw outOfBounds(end - 1, list);
  if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  if (by <= 0) throw new JsonPathError('step must be > 0');
  return list.slice(start, end).filter((_, index) => index % by === 0);
}

function outOfBounds(index: number, list: readonly YamlValue[]): JsonPathError {
  return new JsonPathError(`array index out of bounds: index ${index}, length ${list.length}`);
}

function filter(step: Step & { kind: 'filter' }, value: YamlValue, options: EvaluateOptions): Found {
  if (!isYamlList(value)) {
    throw new JsonPathError(`${displayText(value)} is not array or slice and cannot be filtered`);
  }
  if (step.operator === 'exists') {
    return value.filter((item) => walk(step.left, [item], { allowMissing: true }).length > 0);
  }
  return value.filter((item) => {
    const left = single(walk(step.left, [item], options));
    if (left === undefined) return false;
    const right = single(walk(step.right, [item], options));
    return right !== undefined && compare(left, step.operator, right);
  });
}

function single(found: Found): YamlValue | undefined {
  if (found.length > 1) throw new JsonPathError('can only compare one element at a time');
  return found[0];
}
