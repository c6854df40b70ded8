import type { Labels } from '../../resource/labels.ts';
import { behindKey, entry, itemIndent, nestedColumn, pad, valueIndent } from '../../yaml/layout.ts';
import { textScalar, type BlockIndent } from '../../yaml/scalar.ts';
import { scalarOf } from '../scalar/scalar.ts';
import type { NamedField, ObjectShape, ScalarShape, Shape } from '../shape.ts';
import { compileIsEmpty } from './zero.ts';

/** The text of a value, beginning where the text before it ended. */
export type Write = (value: unknown) => string;

/** Compiles the YAML form of a whole spec: a document without its last line break. */
export function compileToYaml(shape: Shape): Write {
  return shape.kind === 'scalar' ? writeScalar(shape, { column: 4, parent: 0 }, 0) : writeBlock(shape, 0);
}

/**
 * Compiles a collection in block style whose entries begin at a column; an empty one is `{}` or `[]`. All columns are
 * known at compile time, since no shape contains itself.
 */
function writeBlock(shape: Exclude<Shape, ScalarShape>, column: number): Write {
  switch (shape.kind) {
    case 'list':
      return writeList(shape.item, column);
    case 'map':
      return writeMap(column);
    case 'object':
      return writeObject(shape, column);
  }
}

function writeObject(shape: ObjectShape, column: number): Write {
  const steps = shape.fields.map((field) => ({
    name: field.name,
    key: `${field.yaml}:`,
    write: writeBehindKey(field, column),
    omit: field.omitEmpty ? compileIsEmpty(field.shape) : undefined,
  }));
  const separator = `\n${pad(column)}`;
  return (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    let text = '';
    for (const { name, key, write, omit } of steps) {
      const part = object[name];
      if (part === undefined || omit?.(part) === true) continue;
      text += text === '' ? key + write(part) : separator + key + write(part);
    }
    return text === '' ? '{}' : text;
  };
}

function writeBehindKey({ shape }: NamedField, column: number): Write {
  const nested = nestedColumn(column);
  if (shape.kind !== 'scalar') {
    const write = writeBlock(shape, nested);
    return (value) => behindKey(write(value), nested);
  }
  const write = writeScalar(shape, valueIndent(column), nested);
  // Bytes may be a list of numbers, which goes below the key; text never begins so, it would be quoted.
  return shape.type !== 'bytes' && shape.type !== 'textBytes'
    ? (value) => ` ${write(value)}`
    : (value) => {
        const text = write(value);
        return text.startsWith('- ') ? behindKey(text, nested) : ` ${text}`;
      };
}

function writeList(item: Shape, column: number): Write {
  const inside = column + 2;
  const write = item.kind === 'scalar' ? writeScalar(item, itemIndent(column), inside) : writeBlock(item, inside);
  return (value) => writeItems((value as readonly unknown[]).map(write), column);
}

function writeItems(items: readonly string[], column: number): string {
  return items.length === 0 ? '[]' : `- ${items.join(`\n${pad(column)}- `)}`;
}

function writeMap(column: number): Write {
  const separator = `\n${pad(column)}`;
  const indent = valueIndent(column);
  return (value) => {
    const entries = Array.from(value as Labels, ([key, text]) => {
      return entry(key, ` ${textScalar(text, indent)}`, column, textScalar);
    });
    return entries.length === 0 ? '{}' : entries.join(separator);
  };
}

/** @param column where the numbers of bytes begin. */
function writeScalar(shape: ScalarShape, lines: BlockIndent, column: number): Write {
  if (BARE.has(shape.type)) return String;
  const { toPlain } = scalarOf(shape);
  return (value) => {
    const plain = toPlain(value);
    return typeof plain === 'string' ? textScalar(plain, lines) : writeItems((plain as number[]).map(String), column);
  };
}

/** What is not text and reads back as what it is. */
const BARE: ReadonlySet<string> = new Set(['bool', 'int32', 'int64', 'uint32', 'timestamp']);
