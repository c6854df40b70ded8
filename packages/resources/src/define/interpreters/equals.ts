import type { Labels } from '../../resource/labels.ts';
import { scalarOf } from '../scalar/scalar.ts';
import type { Shape } from '../shape.ts';
import { sameUnknownFields } from '../unknown-fields.ts';

export type Equals = (a: unknown, b: unknown) => boolean;

/** Compiles the comparison of two values of a shape; a missing optional value equals an undefined one. */
export function compileEquals(shape: Shape): Equals {
  switch (shape.kind) {
    case 'list':
      return equalLists(compileEquals(shape.item));
    case 'map':
      return (a, b) => (a as Labels).equals(b as Labels);
    case 'object':
      return equalObjects(
        shape.fields.map(({ name, shape, optional }) => ({
          name,
          equals: optional ? equalOptionals(compileEquals(shape)) : compileEquals(shape),
        })),
      );
    case 'scalar':
      return scalarOf(shape).equals;
  }
}

function equalObjects(steps: readonly { readonly name: string; readonly equals: Equals }[]): Equals {
  return (a, b) => {
    if (a === b) return true;
    const left = a as Readonly<Record<string, unknown>>;
    const right = b as Readonly<Record<string, unknown>>;
    for (const { name, equals } of steps) if (!equals(left[name], right[name])) return false;
    return sameUnknownFields(left, right);
  };
}

function equalLists(item: Equals): Equals {
  return (a, b) => {
    if (a === b) return true;
    const left = a as readonly unknown[];
    const right = b as readonly unknown[];
    return left.length === right.length && left.every((entry, index) => item(entry, right[index]));
  };
}

function equalOptionals(equals: Equals): Equals {
  return (a, b) => (a === undefined || b === undefined ? a === b : equals(a, b));
}
