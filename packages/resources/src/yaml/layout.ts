import type { BlockIndent } from './scalar.ts';

/** The column of what is nested in a mapping or sequence whose entries begin at `column`: the next multiple of 4. */
export function nestedColumn(column: number): number {
  return (Math.floor(column / 4) + 1) * 4;
}

/** Where a literal block goes that is a value of a mapping at `column`. */
export function valueIndent(column: number): BlockIndent {
  return { column: nestedColumn(column), parent: column };
}

/** Where a literal block goes that is an item of a sequence at `column`. */
export function itemIndent(column: number): BlockIndent {
  return { column: column + 2, parent: column };
}

export function pad(column: number): string {
  return ' '.repeat(column);
}

/** Puts a collection below its key, or behind it when it is empty. */
export function behindKey(block: string, column: number): string {
  return block === '{}' || block === '[]' ? ` ${block}` : `\n${pad(column)}${block}`;
}

/** How text is spelled as a scalar. */
export type Spell = (text: string, lines: BlockIndent) => string;

/** An entry of a mapping: the key, spelled by `spell`, and what comes behind the colon. */
export function entry(key: string, behind: string, column: number, spell: Spell): string {
  // Nothing at all would be no key.
  const spelled = spell(key, valueIndent(column)) || "''";
  const isSimple = Buffer.byteLength(key) <= 128 && !/[\n\r\u0085\u2028\u2029]/.test(key);
  return isSimple ? `${spelled}:${behind}` : `? ${spelled}\n${pad(column)}:${behind}`;
}
