import { WireType } from '@bufbuild/protobuf/wire';
import { SchemaError } from '../../resource/errors.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

type Names = Readonly<Record<string, number>>;

/** One name of several. A number that nobody named survives as its decimal text. */
export function enumeration(names: Names): Scalar<string> {
  const numbers = new Map(Object.entries(names));
  const texts = new Map(Object.entries(names).map(([name, number]) => [number, name]));
  const textOf = (number: number) => texts.get(number) ?? String(number);
  const numberOf = (text: string) => numbers.get(text) ?? Number(text);
  const zero = textOf(0);
  const check = (value: unknown, path: string): string => {
    if (typeof value !== 'string') throw mismatch(path, choice(names), value);
    if (numbers.has(value)) return value;
    if (/^(?:0|-?[1-9]\d{0,9})$/.test(value) && Number(value) === (Number(value) | 0)) return textOf(Number(value));
    throw new SchemaError(path, `expected ${choice(names)}, found ${JSON.stringify(value)}`);
  };
  return {
    zero,
    wireType: WireType.Varint,
    check,
    isZero: (value) => value === zero,
    equals: Object.is,
    write: (writer, value) => writer.int32(numberOf(value)),
    read: (reader) => textOf(reader.int32()),
    toPlain: (value) => value,
    fromPlain: (value, path) => check(value ?? zero, path),
  };
}

/** Any of several names, each for a bit, joined by commas in the order declared; the bits without a name are a number. */
export function flags(names: Names): Scalar<string> {
  const bits = new Map(Object.entries(names));
  const numberOf = (text: string) => {
    let sum = 0;
    for (const part of text === '' ? [] : text.split(',')) sum |= bits.get(part) ?? Number(part);
    return sum >>> 0;
  };
  const textOf = (number: number) => {
    const parts: string[] = [];
    let rest = number;
    for (const [name, bit] of bits) {
      if ((number & bit) === 0) continue;
      parts.push(name);
      rest &= ~bit;
    }
    if (rest !== 0) parts.push(String(rest >>> 0));
    return parts.join(',');
  };
  const check = (value: unknown, path: string): string => {
    if (typeof value !== 'string') throw mismatch(path, 'names of flags', value);
    for (const part of value === '' ? [] : value.split(',')) {
      if (bits.has(part) || (/^\d{1,10}$/.test(part) && Number(part) < 2 ** 32)) continue;
      throw new SchemaError(path, `expected ${choice(names)}, found ${JSON.stringify(part)}`);
    }
    return textOf(numberOf(value));
  };
  return {
    zero: '',
    wireType: WireType.Varint,
    check,
    isZero: (value) => value === '',
    equals: Object.is,
    write: (writer, value) => writer.uint32(numberOf(value)),
    read: (reader) => textOf(reader.uint32()),
    toPlain: (value) => value,
    fromPlain: (value, path) => check(value ?? '', path),
  };
}

function choice(names: Names): string {
  const texts = Object.keys(names).map((name) => JSON.stringify(name));
  return texts.length === 1 ? String(texts[0]) : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
