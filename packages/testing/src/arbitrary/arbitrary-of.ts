import { Bytes, formatDuration, timestampFromInstant } from '@cosi-ts/core';
import {
  Labels,
  ipAddressFromBytes,
  ipPortFrom,
  ipPrefixFrom,
  type DeclaredType,
  type IpAddress,
  type ObjectShape,
  type ScalarShape,
  type Shape,
} from '@cosi-ts/resources';
import fc from 'fast-check';

/**
 * What specs are wanted. `valid`: such as people write. `boundary`: the least and the most that each field may hold, and
 * nothing at all. `hostile`: text that something on the way may take for something else, in all that takes text.
 */
export type SpecTemper = 'valid' | 'boundary' | 'hostile';

/** Specs of a declared type, of any temper or of the given one; its declaration allows all of them. */
export function arbitraryOf<S>(type: DeclaredType<S>, temper?: SpecTemper): fc.Arbitrary<S> {
  const tempers: readonly SpecTemper[] = temper === undefined ? ['valid', 'boundary', 'hostile'] : [temper];
  const { shape } = type.spec;
  return fc.oneof(...tempers.map((each) => objectOf(shape, VALUES[each]))) as fc.Arbitrary<S>;
}

/** Values of one temper. */
interface Values {
  readonly text: fc.Arbitrary<string>;
  /** @param min and `max`: what the field may hold */
  readonly integer: (min: number, max: number) => fc.Arbitrary<number>;
  readonly bytes: fc.Arbitrary<Bytes>;
  /** Numbers of items. */
  readonly items: { readonly minLength?: number; readonly maxLength: number };
}

function valueOf(shape: Shape, values: Values): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'list':
      return fc.array(valueOf(shape.item, values), values.items);
    case 'map':
      return fc.array(fc.tuple(values.text, values.text), values.items).map(Labels.from);
    case 'object':
      return objectOf(shape, values);
    case 'scalar':
      return scalarOf(shape, values);
  }
}

function objectOf(shape: ObjectShape, values: Values): fc.Arbitrary<object> {
  const required = shape.fields.filter(({ optional }) => !optional).map(({ name }) => name);
  const fields = Object.fromEntries(shape.fields.map(({ name, shape }) => [name, valueOf(shape, values)]));
  return fc.record(fields, { requiredKeys: required, noNullPrototype: true });
}

function scalarOf(shape: ScalarShape, { text, integer, bytes }: Values): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'string':
      return text;
    case 'bool':
      return fc.boolean();
    case 'int32':
      return integer(-(2 ** 31), 2 ** 31 - 1);
    case 'uint32':
      return integer(0, 2 ** 32 - 1);
    case 'int64':
      return integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case 'bytes':
    case 'hardwareAddress':
      return bytes;
    case 'textBytes':
      return fc.oneof(
        bytes,
        text.map((text) => Bytes.from(new TextEncoder().encode(text))),
      );
    case 'timestamp':
      return fc
        .tuple(integer(-62_135_596_800, 253_402_300_799), integer(0, 999_999_999))
        .map(([seconds, nanos]) => timestampFromInstant({ seconds, nanos }));
    case 'duration':
      return integer(-86_400_000, 86_400_000).map(formatDuration);
    case 'ipAddress':
      return address;
    case 'ipPrefix':
      return fc.tuple(address, fc.nat(128)).map(([address, bits]) => ipPrefixFrom(address, bits));
    case 'ipPort':
      return fc.tuple(address, integer(0, 65_535)).map(([address, port]) => ipPortFrom(address, port));
    case 'enum':
      return fc.constantFrom(...Object.keys(shape.names));
    case 'flags':
      return fc.subarray(Object.keys(shape.names)).map((names) => names.join(','));
  }
}

/** Text that something on the way may take for something else. */
const looksTyped = [
  '',
  'true',
  'No',
  'y',
  'null',
  '~',
  '0',
  '-0',
  '1e3',
  '0x1F',
  '0o7',
  '1_000',
  '.5',
  '.inf',
  '12:30:45',
];
const looksTimed = ['2022-10-12', '2022-10-12T12:00:00Z', '2022-10-12 12:00:00'];
const indicators = [
  '- a',
  'a: b',
  'a #b',
  "it's",
  '"q"',
  '[v6]:1',
  '{}',
  '*a',
  '&a',
  '!a',
  '|',
  '>',
  '@',
  '`',
  '%',
  '<<',
  '=',
];
const boundaries = ['---', '...', '?', ':', 'a:', ' ', '\t', 'a\tb'];
const lines = ['\n', 'a\n', 'a\n\n', '\na', ' a\nb', 'a \nb', '\n a', 'a\r\nb'];
const odd = ['\0', '\u0085', '\u2028', '\ufeff', '\u{1f600}', 'ä', '__proto__', 'constructor', 'toString'];
const hostile = fc.constantFrom(...looksTyped, ...looksTimed, ...indicators, ...boundaries, ...lines, ...odd);

/** Any character. fast-check's own unit of this kind makes a table of all of them, which takes a second. */
const character = fc
  .integer({ min: 0, max: 0x10_ff_ff - 0x8_00 })
  .map((code) => String.fromCodePoint(code < 0xd8_00 ? code : code + 0x8_00));

const hostileText = fc.oneof(
  hostile,
  fc.string(),
  fc.string({ unit: character }),
  fc.tuple(hostile, hostile).map(([a, b]) => a + b),
);

const plainText = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}$/);

const bytesOf = (maxLength: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ maxLength }).map((data) => Bytes.from(data));

const VALUES: Readonly<Record<SpecTemper, Values>> = {
  valid: {
    text: plainText,
    integer: (min, max) => fc.integer({ min: Math.max(min, -100), max: Math.min(max, 10_000) }),
    bytes: bytesOf(20),
    items: { maxLength: 3 },
  },
  boundary: {
    text: fc.constantFrom('', 'a', 'a'.repeat(253), 'ä'.repeat(64)),
    integer: (min, max) =>
      fc.constantFrom(...[min, min + 1, -1, 0, 1, max - 1, max].filter((value) => value >= min && value <= max)),
    bytes: fc.constantFrom(Bytes.from(new Uint8Array()), Bytes.from(new Uint8Array(255).fill(255))),
    items: { maxLength: 1 },
  },
  hostile: {
    text: hostileText,
    integer: (min, max) => fc.integer({ min, max }),
    bytes: bytesOf(20),
    items: { maxLength: 3 },
  },
};

const address: fc.Arbitrary<IpAddress> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('' as IpAddress) },
  ...[4, 16].map((length) => ({
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
      .map((data) => ipAddressFromBytes(Uint8Array.from(data)) ?? ('' as IpAddress)),
  })),
);
