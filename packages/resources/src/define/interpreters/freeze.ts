import { SchemaError } from '../../resource/errors.ts';
import { differences, type Visit } from './differences.ts';
import type { ListShape, ObjectShape, Shape } from '../shape.ts';

/**
 * Freezes a value in place, deeply.
 *
 * @param before what it replaces, if anything: parts that are still the same were frozen then.
 * @throws SchemaError for text that UTF-8 cannot carry.
 */
export type Freeze = (value: unknown, path: string, before?: unknown) => void;

/**
 * Compiles the freezing of an object. The shape says where there is something to freeze, so nothing is searched. Every
 * value that enters a state passes here, so its text is looked at on the way.
 */
export function compileFreeze({ fields }: ObjectShape): Freeze {
  const texts = fields.filter(({ shape }) => isText(shape)).map(({ name }) => name);
  const parts = fields.flatMap(({ name, shape }) => {
    const freeze = compilePart(shape);
    return freeze === undefined ? [] : [{ name, freeze }];
  });
  const visitDifferences = differences([...texts, ...parts.map(({ name }) => name)]);
  const visit: Visit = (index, value, path) => {
    if (index < texts.length) {
      if (!(value as string).isWellFormed()) throw malformed(path, texts[index] ?? '');
      return;
    }
    const { name, freeze } = parts[index - texts.length] as (typeof parts)[number];
    freeze(value, path === '' ? name : `${path}.${name}`);
  };
  return (value, path, before = NOTHING) => {
    visitDifferences(value as Fields, before as Fields, visit, path);
    Object.freeze(value);
  };
}

type Fields = Readonly<Record<string, unknown>>;

const NOTHING = Object.freeze({});

/** @returns undefined if there is nothing to do. */
function compilePart(shape: Shape): Freeze | undefined {
  switch (shape.kind) {
    case 'object':
      return compileFreeze(shape);
    case 'list':
      return compileList(shape);
    case 'map':
    case 'scalar':
      return undefined;
  }
}

function compileList({ item }: ListShape): Freeze {
  if (isText(item)) {
    return (value, path) => {
      if (!(value as readonly string[]).every((text) => text.isWellFormed())) throw malformed('', path);
      Object.freeze(value);
    };
  }
  const freeze = compilePart(item);
  if (freeze === undefined) return Object.freeze;
  return (value, path) => {
    for (const [index, entry] of (value as readonly unknown[]).entries()) freeze(entry, `${path}[${index}]`);
    Object.freeze(value);
  };
}

function isText(shape: Shape): boolean {
  return shape.kind === 'scalar' && shape.type === 'string';
}

function malformed(path: string, name: string): SchemaError {
  return new SchemaError(path === '' ? name : `${path}.${name}`, 'text with half a surrogate pair');
}
