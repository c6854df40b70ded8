import { Labels } from '../../resource/labels.ts';
import { scalarOf } from '../scalar/scalar.ts';
import type { ObjectShape, Shape } from '../shape.ts';
import { unknownFieldsOf } from '../unknown-fields.ts';

/** Compiles what a missing value of a shape reads as; a new one each time, where it has parts. */
export function compileZero(shape: Shape): () => unknown {
  switch (shape.kind) {
    case 'list':
      return () => [];
    case 'map':
      return () => Labels.empty;
    case 'object':
      return compileZeroObject(shape);
    case 'scalar': {
      const { zero } = scalarOf(shape);
      return () => zero;
    }
  }
}

export function compileZeroObject(shape: ObjectShape): () => Record<string, unknown> {
  const parts = shape.fields
    .filter(({ optional }) => !optional)
    .map(({ name, shape }) => ({ name, zero: compileZero(shape) }));
  return () => {
    const object: Record<string, unknown> = {};
    for (const { name, zero } of parts) object[name] = zero();
    return object;
  };
}

export type Test = (value: unknown) => boolean;

/** Compiles whether a value says nothing, so that the wire leaves it out. */
export function compileIsZero(shape: Shape): Test {
  switch (shape.kind) {
    case 'list':
      return (value) => (value as readonly unknown[]).length === 0;
    case 'map':
      return (value) => (value as Labels).size === 0;
    case 'object':
      return allOf(shape, compileIsZero);
    case 'scalar':
      return scalarOf(shape).isZero;
  }
}

/** Compiles whether a value counts as empty where YAML leaves empty values out. */
export function compileIsEmpty(shape: Shape): Test {
  return shape.kind === 'object' ? allOf(shape, emptinessInside) : compileIsZero(shape);
}

/** Inside an object an address does not count: Go's encoder looks into the parts of a value and finds none in an address. */
function emptinessInside(shape: Shape): Test {
  return shape.kind === 'scalar' && ADDRESSES.has(shape.type) ? () => true : compileIsEmpty(shape);
}

const ADDRESSES: ReadonlySet<string> = new Set(['ipAddress', 'ipPrefix', 'ipPort']);

function allOf(shape: ObjectShape, compile: (shape: Shape) => Test): Test {
  const tests = shape.fields.map(({ name, shape, optional }) => {
    return { name, test: optional ? (value: unknown) => value === undefined : compile(shape) };
  });
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    return tests.every(({ name, test }) => test(object[name])) && unknownFieldsOf(object) === undefined;
  };
}
