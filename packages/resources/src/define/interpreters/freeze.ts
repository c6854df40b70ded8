import { SchemaError } from '../../resource/errors.ts';
import type { Shape } from '../shape.ts';

/** Freezes a value in place, deeply. @throws SchemaError for text that UTF-8 cannot carry. */
export type Freeze = (value: unknown, path: string) => void;

/**
 * Compiles the freezing of a shape. The shape says where there is something to freeze, so nothing is searched; text is
 * looked at on the way, since this is what every value passes that enters a state.
 *
 * @returns undefined if there is nothing to do.
 */
export function compileFreeze(shape: Shape): Freeze | undefined {
  switch (shape.kind) {
    case 'list':
      return freezeList(compileFreeze(shape.item));
    case 'object':
      return freezeObject(
        shape.fields.flatMap(({ name, shape }) => {
          const freeze = compileFreeze(shape);
          return freeze === undefined ? [] : [{ name, freeze }];
        }),
      );
    case 'map':
      return undefined;
    case 'scalar':
      return shape.type === 'string' ? checkText : undefined;
  }
}

function freezeObject(steps: readonly { readonly name: string; readonly freeze: Freeze }[]): Freeze {
  return (value, path) => {
    const object = value as Readonly<Record<string, unknown>>;
    for (const { name, freeze } of steps) {
      const part = object[name];
      if (part !== undefined) freeze(part, path === '' ? name : `${path}.${name}`);
    }
    Object.freeze(object);
  };
}

function freezeList(item: Freeze | undefined): Freeze {
  if (item === undefined) return Object.freeze;
  return (value, path) => {
    for (const entry of value as readonly unknown[]) item(entry, path);
    Object.freeze(value);
  };
}

const checkText: Freeze = (value, path) => {
  if (!(value as string).isWellFormed()) throw new SchemaError(path, 'text with half a surrogate pair');
};
