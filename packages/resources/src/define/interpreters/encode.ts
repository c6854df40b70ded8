import { WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Labels } from '../../resource/labels.ts';
import { scalarOf } from '../scalar/scalar.ts';
import type { NamedField, ObjectShape, ScalarShape, Shape } from '../shape.ts';
import { unknownFieldsOf } from '../unknown-fields.ts';
import { compileIsZero } from './zero.ts';

/** Writes a value of a shape with its tags. */
export type Encode = (writer: BinaryWriter, value: unknown) => void;

/** Compiles the protobuf form of an object: fields by number, zero values left out, then the fields nobody declared. */
export function compileEncode(shape: ObjectShape): Encode {
  const steps = shape.fields
    .toSorted((a, b) => a.number - b.number)
    .map((field) => ({ name: field.name, encode: encodeField(field), skip: skipped(field) }));
  return (writer, value) => {
    const object = value as Readonly<Record<string, unknown>>;
    for (const { name, encode, skip } of steps) {
      const part = object[name];
      if (!skip(part)) encode(writer, part);
    }
    const unknownFields = unknownFieldsOf(object);
    if (unknownFields !== undefined) writer.raw(unknownFields.toUint8Array());
  };
}

/** An optional value is written whenever it is there: that it is there says something. */
function skipped({ optional, shape }: NamedField): (value: unknown) => boolean {
  return optional ? (value) => value === undefined : compileIsZero(shape);
}

function encodeField({ number, shape }: NamedField): Encode {
  switch (shape.kind) {
    case 'list':
      return encodeList(number, shape.item);
    case 'map':
      return encodeMap(tagOf(number, WireType.LengthDelimited));
    case 'object':
    case 'scalar':
      return encodeOne(number, shape);
  }
}

function encodeOne(number: number, shape: ScalarShape | ObjectShape): Encode {
  if (shape.kind === 'object') {
    const tag = tagOf(number, WireType.LengthDelimited);
    const encode = compileEncode(shape);
    return (writer, value) => {
      encode(writer.uint32(tag).fork(), value);
      writer.join();
    };
  }
  const { wireType, write } = scalarOf(shape);
  const tag = tagOf(number, wireType);
  return (writer, value) => write(writer.uint32(tag), value);
}

function encodeList(number: number, item: Shape): Encode {
  if (item.kind === 'list' || item.kind === 'map') throw new TypeError(`protobuf has no list of a ${item.kind}`);
  if (item.kind === 'scalar' && scalarOf(item).wireType === WireType.Varint)
    return encodePacked(number, scalarOf(item));
  const encode = encodeOne(number, item);
  return (writer, value) => {
    for (const entry of value as readonly unknown[]) encode(writer, entry);
  };
}

function encodePacked(number: number, { write }: ReturnType<typeof scalarOf>): Encode {
  const tag = tagOf(number, WireType.LengthDelimited);
  return (writer, value) => {
    writer.uint32(tag).fork();
    for (const entry of value as readonly unknown[]) write(writer, entry);
    writer.join();
  };
}

function encodeMap(tag: number): Encode {
  return (writer, value) => {
    for (const [key, text] of value as Labels) {
      writer.uint32(tag).fork();
      writer.tag(1, WireType.LengthDelimited).string(key);
      writer.tag(2, WireType.LengthDelimited).string(text);
      writer.join();
    }
  };
}

function tagOf(number: number, wireType: WireType): number {
  return ((number << 3) | wireType) >>> 0;
}
