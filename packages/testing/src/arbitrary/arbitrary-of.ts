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

/** Specs of a declared type: any that its fields allow, small ones and ones with hostile text among them. */
export function arbitraryOf<S>(type: DeclaredType<S>): fc.Arbitrary<S> {
  return objectOf(type.spec.shape) as fc.Arbitrary<S>;
}

function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'list':
      return fc.array(valueOf(shape.item), { maxLength: 3 });
    case 'map':
      return fc.array(fc.tuple(text, text), { maxLength: 3 }).map(Labels.from);
    case 'object':
      return objectOf(shape);
    case 'scalar':
      return scalarOf(shape);
  }
}

function objectOf(shape: ObjectShape): fc.Arbitrary<object> {
  const required = shape.fields.filter(({ optional }) => !optional).map(({ name }) => name);
  const values = Object.fromEntries(shape.fields.map(({ name, shape }) => [name, valueOf(shape)]));
  return fc.record(values, { requiredKeys: required, noNullPrototype: true });
}

function scalarOf(shape: ScalarShape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'string':
      return text;
    case 'bool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 }));
    case 'bytes':
    case 'hardwareAddress':
      return bytes;
    case 'textBytes':
      return fc.oneof(
        bytes,
        text.map((text) => Bytes.from(new TextEncoder().encode(text))),
      );
    case 'timestamp':
      return timestamp;
    case 'duration':
      return fc.integer({ min: -86_400_000, max: 86_400_000 }).map(formatDuration);
    case 'ipAddress':
      return address;
    case 'ipPrefix':
      return fc.tuple(address, fc.nat(128)).map(([address, bits]) => ipPrefixFrom(address, bits));
    case 'ipPort':
      return fc.tuple(address, fc.nat(65_535)).map(([address, port]) => ipPortFrom(address, port));
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

const text = fc.oneof(
  hostile,
  fc.string(),
  fc.string({ unit: character }),
  fc.tuple(hostile, hostile).map(([a, b]) => a + b),
);

const bytes = fc.uint8Array({ maxLength: 20 }).map((data) => Bytes.from(data));

const address: fc.Arbitrary<IpAddress> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('' as IpAddress) },
  ...[4, 16].map((length) => ({
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
      .map((data) => ipAddressFromBytes(Uint8Array.from(data)) ?? ('' as IpAddress)),
  })),
);

const timestamp = fc
  .tuple(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), fc.oneof(fc.constant(0), fc.nat(999_999_999)))
  .map(([seconds, nanos]) => timestampFromInstant({ seconds, nanos }));
