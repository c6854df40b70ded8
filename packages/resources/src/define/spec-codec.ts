import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { SpecCodec } from '../resource/resource-type.ts';
import { compileDecode } from './interpreters/decode.ts';
import { compileEncode } from './interpreters/encode.ts';
import { compileEquals } from './interpreters/equals.ts';
import { compileFreeze } from './interpreters/freeze.ts';
import { compileFromPlain, compileToPlain } from './interpreters/plain.ts';
import { compileValidate } from './interpreters/validate.ts';
import { compileToYaml } from './interpreters/yaml.ts';
import type { NamedField, ObjectShape } from './shape.ts';

/** A codec that still knows the shape it was compiled from, for interpreters that live elsewhere. */
export interface CompiledCodec<S> extends SpecCodec<S> {
  readonly shape: ObjectShape;
}

/** How the YAML form of a spec is laid out: a mapping, or its only field's value by itself. */
export type Layout = 'mapping' | 'bare';

/** Compiles everything that follows from a spec's fields. @throws TypeError for a bare spec with several fields. */
export function specCodec<S>(shape: ObjectShape, layout: Layout = 'mapping'): CompiledCodec<S> {
  const freeze = compileFreeze(shape);
  const validate = compileValidate(shape);
  const encode = compileEncode(shape);
  // One for all specs, since growing a new one costs as much as what is written.
  let spare: BinaryWriter | undefined;
  return {
    shape,
    validate: (value) => validate(value, '') as S,
    freeze(spec, before) {
      freeze(spec, '', before);
      return spec;
    },
    equals: compileEquals(shape),
    encode(spec) {
      const writer = spare ?? new BinaryWriter();
      // Should something throw, this one holds half a message.
      spare = undefined;
      encode(writer, spec);
      const bytes = writer.finish();
      if (bytes.length < LARGE) spare = writer;
      return bytes;
    },
    decode: compileDecode(shape) as (bytes: Uint8Array) => S,
    ...(layout === 'bare' ? bare<S>(onlyField(shape)) : mapping<S>(shape)),
  };
}

/** A writer that was ever as long as this, in bytes, is not kept. */
const LARGE = 64 * 1024;

type PlainForms<S> = Pick<SpecCodec<S>, 'toYaml' | 'toPlain' | 'fromPlain'>;

function mapping<S>(shape: ObjectShape): PlainForms<S> {
  const fromPlain = compileFromPlain(shape);
  return {
    toYaml: compileToYaml(shape),
    toPlain: compileToPlain(shape),
    fromPlain: (value) => fromPlain(value, '') as S,
  };
}

function bare<S>({ name, shape }: NamedField): PlainForms<S> {
  const toYaml = compileToYaml(shape);
  const toPlain = compileToPlain(shape);
  const fromPlain = compileFromPlain(shape);
  const valueOf = (spec: S) => (spec as Readonly<Record<string, unknown>>)[name];
  return {
    toYaml: (spec) => toYaml(valueOf(spec)),
    toPlain: (spec) => toPlain(valueOf(spec)),
    fromPlain: (value) => ({ [name]: fromPlain(value, '') }) as S,
  };
}

function onlyField({ fields }: ObjectShape): NamedField {
  const [field, ...more] = fields;
  if (field === undefined || more.length > 0) throw new TypeError('a bare spec has exactly one field');
  return field;
}
