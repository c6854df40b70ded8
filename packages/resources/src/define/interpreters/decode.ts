import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Bytes, messageOf } from '@cosi-ts/core';
import { SchemaError } from '../../resource/errors.ts';
import type { Labels } from '../../resource/labels.ts';
import { readMessage } from '../scalar/message.ts';
import { scalarOf } from '../scalar/scalar.ts';
import type { NamedField, ObjectShape, Shape } from '../shape.ts';
import { setUnknownFields, unknownFieldsOf } from '../unknown-fields.ts';
import { compileZeroObject } from './zero.ts';

/**
 * Compiles the reading of an object's protobuf form.
 *
 * @returns a function that throws SchemaError for bytes that are no such message, naming the path where it can.
 */
export function compileDecode(shape: ObjectShape): (bytes: Uint8Array) => unknown {
  const decode = decodeObject(shape);
  return (bytes) => {
    try {
      return decode({ bytes, reader: new BinaryReader(bytes) }, bytes.length, undefined);
    } catch (error) {
      throw located(error, '');
    }
  };
}

interface Source {
  readonly bytes: Uint8Array;
  readonly reader: BinaryReader;
}

/** Reads up to a position, on top of what was read before if there was something. */
type DecodeObject = (source: Source, end: number, before: unknown) => unknown;

/** Reads one occurrence of a field behind its tag and returns the field's value, given its value so far. */
type Decode = (source: Source, wireType: WireType, before: unknown) => unknown;

interface Step {
  readonly name: string;
  readonly accepts: (wireType: WireType) => boolean;
  readonly decode: Decode;
}

function decodeObject(shape: ObjectShape): DecodeObject {
  const steps = new Map(shape.fields.map((field) => [field.number, decodeField(field)]));
  const zero = compileZeroObject(shape);
  return (source, end, before) => {
    const { reader } = source;
    const object = (before as Record<string, unknown> | undefined) ?? zero();
    while (reader.pos < end) {
      const start = reader.pos;
      const [number, wireType] = reader.tag();
      const step = steps.get(number);
      if (step === undefined || !step.accepts(wireType)) {
        reader.skip(wireType, number);
        keep(object, source.bytes.subarray(start, reader.pos));
        continue;
      }
      try {
        object[step.name] = step.decode(source, wireType, object[step.name]);
      } catch (error) {
        throw located(error, step.name);
      }
    }
    if (reader.pos > end) throw new RangeError('a field ends beyond its message');
    return object;
  };
}

function keep(object: object, field: Uint8Array): void {
  const before = unknownFieldsOf(object);
  setUnknownFields(object, Bytes.from(before === undefined ? field : [...before, ...field]));
}

function decodeField({ name, shape }: NamedField): Step {
  if (shape.kind === 'list') return { name, ...decodeList(shape.item) };
  if (shape.kind === 'map') return { name, accepts: isDelimited, decode: decodeEntry };
  return { name, ...decodeOne(shape) };
}

function decodeOne(shape: Shape): Omit<Step, 'name'> {
  switch (shape.kind) {
    case 'list':
    case 'map':
      throw new TypeError(`protobuf has no list of a ${shape.kind}`);
    case 'object': {
      const decode = decodeObject(shape);
      return {
        accepts: isDelimited,
        decode: (source, _wireType, before) => {
          const length = source.reader.uint32();
          return decode(source, source.reader.pos + length, before);
        },
      };
    }
    case 'scalar': {
      const { wireType, read } = scalarOf(shape);
      return { accepts: (type) => type === wireType, decode: ({ reader }) => read(reader) };
    }
  }
}

/** A list of numbers comes packed or one by one, whatever its writer likes. */
function decodeList(item: Shape): Omit<Step, 'name'> {
  const { accepts, decode } = decodeOne(item);
  const packable = accepts(WireType.Varint);
  return {
    accepts: (wireType) => accepts(wireType) || (packable && isDelimited(wireType)),
    decode: (source, wireType, before) => {
      const list = before as unknown[];
      if (!packable || !isDelimited(wireType)) {
        list.push(decode(source, wireType, undefined));
        return list;
      }
      const end = source.reader.uint32() + source.reader.pos;
      while (source.reader.pos < end) list.push(decode(source, WireType.Varint, undefined));
      if (source.reader.pos > end) throw new RangeError('a number ends beyond its list');
      return list;
    },
  };
}

const decodeEntry: Decode = ({ reader }, _wireType, before) => {
  let key = '';
  let text = '';
  readMessage(reader, (number, wireType) => {
    if (!isDelimited(wireType)) return false;
    if (number === 1) key = reader.string(true);
    else if (number === 2) text = reader.string(true);
    else return false;
    return true;
  });
  return (before as Labels).with(key, text);
};

function isDelimited(wireType: WireType): boolean {
  return wireType === WireType.LengthDelimited;
}

/** Puts the name before the path of an error, which may be one of the wire's own. */
function located(error: unknown, name: string): SchemaError {
  if (!(error instanceof SchemaError)) return new SchemaError(name, messageOf(error));
  if (name === '') return error;
  return new SchemaError(error.path === '' ? name : `${name}.${error.path}`, error.reason);
}
