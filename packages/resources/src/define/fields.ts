import type { Bytes, Timestamp } from '@cosi-ts/core';
import type { IpAddress } from '../net/ip-address.ts';
import type { IpPort } from '../net/ip-port.ts';
import type { IpPrefix } from '../net/ip-prefix.ts';
import type { Labels } from '../resource/labels.ts';
import type { NamedField, ObjectShape, Shape } from './shape.ts';

declare const valueType: unique symbol;

/** What a declaration may say about a field beside its number. */
export interface FieldOptions {
  /** The key in YAML; the property's name unless given. */
  readonly yaml?: string;
  /** Leave an empty value out of the YAML form. */
  readonly omitEmpty?: boolean;
}

/** One field of a spec: plain data that carries the type of its value. */
export interface Field<T = unknown, Optional extends boolean = boolean> {
  readonly number: number;
  readonly shape: Shape;
  readonly optional: Optional;
  readonly options: FieldOptions;
  readonly [valueType]?: T;
}

/** The fields of a spec or of an object inside one, by property name and in YAML order. */
export interface Fields {
  readonly [name: string]: Field;
}

/** A kind of value: called with a field number it declares a field, by itself it is what a list holds. */
export interface FieldKind<T = unknown> {
  (number: number, options?: FieldOptions): Field<T, false>;
  readonly shape: Shape;
  readonly [valueType]?: T;
}

/** The type of a field's value. */
export type ValueOf<F> = F extends { readonly [valueType]?: infer T } ? Exclude<T, undefined> : never;

/** What a list or an optional field holds: a kind of value, or the fields of an object. */
export type Item = FieldKind | Fields;
type ItemValue<I> = I extends FieldKind ? ValueOf<I> : I extends Fields ? SpecOf<I> : never;

/** The TypeScript type that fields describe. Name it: `interface MemberSpec extends SpecOf<typeof fields> {}`. */
export type SpecOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<unknown, true> ? never : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends Field<unknown, true> ? K : never]?: ValueOf<F[K]> | undefined;
};

/** Well-formed text. */
export const string = fieldKind<string>({ kind: 'scalar', type: 'string' });
export const bool = fieldKind<boolean>({ kind: 'scalar', type: 'bool' });
export const int32 = fieldKind<number>({ kind: 'scalar', type: 'int32' });
/** A safe integer; what the wire holds beyond 2^53−1 is refused. */
export const int64 = fieldKind<number>({ kind: 'scalar', type: 'int64' });
export const uint32 = fieldKind<number>({ kind: 'scalar', type: 'uint32' });
/** An instant; `0001-01-01T00:00:00Z` if there is none. */
export const timestamp = fieldKind<Timestamp>({ kind: 'scalar', type: 'timestamp' });
/** A span of time as Go writes it, `25s` or `1m30s`; `0s` if there is none. */
export const duration = fieldKind<string>({ kind: 'scalar', type: 'duration' });
/** Bytes that YAML shows as a list of numbers. */
export const bytes = fieldKind<Bytes>({ kind: 'scalar', type: 'bytes' });
/** Bytes that YAML shows as text where they are UTF-8. */
export const textBytes = fieldKind<Bytes>({ kind: 'scalar', type: 'textBytes' });
export const ipAddress = fieldKind<IpAddress>({ kind: 'scalar', type: 'ipAddress' });
export const ipPrefix = fieldKind<IpPrefix>({ kind: 'scalar', type: 'ipPrefix' });
export const ipPort = fieldKind<IpPort>({ kind: 'scalar', type: 'ipPort' });
/** The bytes of a link's address, which YAML shows as `8e:13:71:af:7c:94`. */
export const hardwareAddress = fieldKind<Bytes>({ kind: 'scalar', type: 'hardwareAddress' });
/** Text to text, keyed by what comes from outside. */
export const stringMap = fieldKind<Labels>({ kind: 'map' });

/** Names for numbers: text in TypeScript and YAML, a number on the wire. A number without a name is its decimal text. */
export function enumOf<const N extends Readonly<Record<string, number>>>(names: N): FieldKind<keyof N & string> {
  return fieldKind({ kind: 'scalar', type: 'enum', names });
}

/** Names for bits: text such as `permanent,noprefixroute`, in the order of the bits. Bits without a name follow as a number. */
export function flagsOf(names: Readonly<Record<string, number>>): FieldKind<string> {
  return fieldKind({ kind: 'scalar', type: 'flags', names });
}

export function list<I extends Item>(
  number: number,
  item: I,
  options?: FieldOptions,
): Field<readonly ItemValue<I>[], false> {
  return field(number, { kind: 'list', item: shapeOf(item) }, false, options);
}

/** An object that is always there. On the wire and in YAML an empty one may be left out. */
export function object<F extends Fields>(number: number, fields: F, options?: FieldOptions): Field<SpecOf<F>, false> {
  return field(number, objectShape(fields), false, options);
}

/** A value that may be missing. */
export function optional<I extends Item>(number: number, item: I, options?: FieldOptions): Field<ItemValue<I>, true> {
  return field(number, shapeOf(item), true, options);
}

/** The shape of an object with these fields. @throws TypeError if two fields have one number or one YAML key. */
export function objectShape(fields: Fields): ObjectShape {
  const named = Object.entries(fields).map(([name, { number, shape, optional, options }]): NamedField => {
    return { name, yaml: options.yaml ?? name, number, shape, optional, omitEmpty: options.omitEmpty ?? false };
  });
  for (const key of ['number', 'yaml'] as const) {
    if (new Set(named.map((field) => field[key])).size < named.length)
      throw new TypeError(`two fields have one ${key}`);
  }
  return { kind: 'object', fields: named };
}

function shapeOf(item: Item): Shape {
  return isKind(item) ? item.shape : objectShape(item);
}

function isKind(item: Item): item is FieldKind {
  return typeof item === 'function';
}

function fieldKind<T>(shape: Shape): FieldKind<T> {
  return Object.assign((number: number, options?: FieldOptions) => field<T, false>(number, shape, false, options), {
    shape,
  });
}

function field<T, Optional extends boolean>(
  number: number,
  shape: Shape,
  optional: Optional,
  options: FieldOptions = {},
): Field<T, Optional> {
  return { number, shape, optional, options };
}
