import { Labels } from '../../resource/labels.ts';
import { mismatch } from '../scalar/mismatch.ts';
import { scalarOf } from '../scalar/scalar.ts';
import { wellFormed } from '../scalar/string.ts';
import type { ObjectShape, Shape } from '../shape.ts';
import { joinPath, rejectUnknownKeys } from './path.ts';
import { compileIsEmpty, compileZero } from './zero.ts';

export type ToPlain = (value: unknown) => unknown;

/** Compiles the plain form of a shape, with YAML's names and with YAML's omissions. */
export function compileToPlain(shape: Shape): ToPlain {
  switch (shape.kind) {
    case 'list': {
      const item = compileToPlain(shape.item);
      return (value) => (value as readonly unknown[]).map((entry) => item(entry));
    }
    case 'map':
      return (value) => Object.fromEntries(value as Labels);
    case 'object':
      return objectToPlain(shape);
    case 'scalar':
      return scalarOf(shape).toPlain;
  }
}

export type FromPlain = (value: unknown, path: string) => unknown;

/** Compiles the reading of plain data. What is missing or null reads as the zero value, as Go reads YAML. */
export function compileFromPlain(shape: Shape): FromPlain {
  switch (shape.kind) {
    case 'list': {
      const item = compileFromPlain(shape.item);
      return (value, path) => {
        if (value === undefined || value === null) return [];
        if (!Array.isArray(value)) throw mismatch(path, 'a list', value);
        return value.map((entry, index) => item(entry, `${path}[${index}]`));
      };
    }
    case 'map':
      return (value, path) => {
        if (value === undefined || value === null) return Labels.empty;
        const entries = Object.entries(asMapping(value, path));
        return Labels.from(
          entries.map(([key, text]) => [wellFormed(key, path), wellFormed(text ?? '', joinPath(path, key))]),
        );
      };
    case 'object':
      return objectFromPlain(shape);
    case 'scalar':
      return scalarOf(shape).fromPlain;
  }
}

function objectToPlain(shape: ObjectShape): ToPlain {
  const steps = shape.fields.map(({ name, yaml, omitEmpty, shape }) => ({
    name,
    yaml,
    toPlain: compileToPlain(shape),
    omit: omitEmpty ? compileIsEmpty(shape) : undefined,
  }));
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    const plain: Record<string, unknown> = {};
    for (const { name, yaml, toPlain, omit } of steps) {
      const part = object[name];
      if (part !== undefined && omit?.(part) !== true) plain[yaml] = toPlain(part);
    }
    return plain;
  };
}

function objectFromPlain(shape: ObjectShape): FromPlain {
  const steps = shape.fields.map((field) => ({ ...field, fromPlain: compileFromPlain(field.shape) }));
  const zero = compileZero(shape);
  const keys = new Set(shape.fields.map(({ yaml }) => yaml));
  return (value, path) => {
    if (value === undefined || value === null) return zero();
    const plain = asMapping(value, path);
    const object: Record<string, unknown> = {};
    for (const { name, yaml, optional, fromPlain } of steps) {
      const part = plain[yaml];
      if (optional && (part === undefined || part === null)) continue;
      object[name] = fromPlain(part, joinPath(path, yaml));
    }
    rejectUnknownKeys(plain, keys, path);
    return object;
  };
}

function asMapping(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(path, 'a mapping', value);
  return value as Readonly<Record<string, unknown>>;
}
