import { SchemaError } from '../../resource/errors.ts';
import { Labels } from '../../resource/labels.ts';
import { mismatch } from '../scalar/mismatch.ts';
import { scalarOf } from '../scalar/scalar.ts';
import { wellFormed } from '../scalar/string.ts';
import type { ObjectShape, Shape } from '../shape.ts';
import { setUnknownFields, unknownFieldsOf } from '../unknown-fields.ts';
import { joinPath, rejectUnknownKeys } from './path.ts';

export type Validate = (value: unknown, path: string) => unknown;

/** Compiles the check of a value from TypeScript, which makes a canonical copy: keys in order, addresses in one spelling. */
export function compileValidate(shape: Shape): Validate {
  switch (shape.kind) {
    case 'list': {
      const item = compileValidate(shape.item);
      return (value, path) => {
        if (!Array.isArray(value)) throw mismatch(path, 'a list', value);
        return value.map((entry, index) => item(entry, `${path}[${index}]`));
      };
    }
    case 'map':
      return (value, path) => {
        if (!(value instanceof Labels)) throw mismatch(path, 'labels', value);
        for (const [key, text] of value) wellFormed(text, joinPath(path, wellFormed(key, path)));
        return value;
      };
    case 'object':
      return validateObject(shape);
    case 'scalar':
      return scalarOf(shape).check;
  }
}

function validateObject(shape: ObjectShape): Validate {
  const steps = shape.fields.map((field) => ({ ...field, validate: compileValidate(field.shape) }));
  const names = new Set(shape.fields.map(({ name }) => name));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(path, 'an object', value);
    const given = value as Readonly<Record<string, unknown>>;
    const object: Record<string, unknown> = {};
    for (const { name, optional, validate } of steps) {
      const part = given[name];
      if (part !== undefined) object[name] = validate(part, joinPath(path, name));
      else if (!optional) throw new SchemaError(joinPath(path, name), 'is missing');
    }
    rejectUnknownKeys(given, names, path);
    const unknownFields = unknownFieldsOf(given);
    if (unknownFields !== undefined) setUnknownFields(object, unknownFields);
    return object;
  };
}
