import { resourceType, typeRegistry, type ResourceType, type TypeRegistry } from '@cosi-ts/resources';

/** A spec with one value: what the controllers of the rules turn into each other. */
export interface Value<T> {
  readonly value: T;
}

/** `test/int`: its encoding is a number, zigzag and in groups of seven bits. */
export const Int = valueType<number>('test/int', encodeInt, decodeInt);
/** `test/str`: its encoding is the text. */
export const Str = valueType<string>('test/str', encodeText, decodeText);
/** `test/sentence`: likewise. */
export const Sentence = valueType<string>('test/sentence', encodeText, decodeText);

/** The types that the rules use. A state that encodes specs has to know them. */
export const CONFORMANCE_TYPES: TypeRegistry = typeRegistry([Int, Str, Sentence]);

function valueType<T extends string | number>(
  type: string,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): ResourceType<Value<T>> {
  return resourceType<Value<T>>({
    namespace: 'default',
    type,
    displayType: type,
    columns: [],
    sensitive: false,
    aliases: [],
    allAliases: [],
    spec: {
      validate: (value) => value as Value<T>,
      freeze: (spec) => Object.freeze(spec),
      equals: (a, b) => a.value === b.value,
      encode: ({ value }) => encode(value),
      decode: (bytes) => ({ value: decode(bytes) }),
      toYaml: ({ value }) => `value: ${JSON.stringify(value)}`,
      toPlain: (spec) => spec,
      fromPlain: (value) => value as Value<T>,
    },
  });
}

function encodeInt(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

function decodeInt(bytes: Uint8Array): number {
  const zigzag = bytes.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

function encodeText(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
