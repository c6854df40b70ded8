type Fields = Readonly<Record<string, unknown>>;

/** Told of a field by its place among those that were asked for. */
export type Visit = (index: number, value: unknown, path: string) => void;

/** Visits the fields that have a value, and another one than they had before. */
export type Differences = (object: Fields, before: Fields, visit: Visit, path: string) => void;

/**
 * Looks at some fields of the objects of one type. This is on the way of every write: the code is written out field by
 * field, since the engine then knows where each of them lies, while a name in a variable is searched for every time.
 */
export function differences(names: readonly string[]): Differences {
  try {
    // Names come from declarations in source code, and are quoted nevertheless.
    const lines = names.map((name, index) => {
      const field = `[${JSON.stringify(name)}]`;
      return `value = object${field}; if (value !== undefined && value !== before${field}) visit(${index}, value, path);`;
    });
    // oxlint-disable-next-line typescript/no-implied-eval
    return new Function('object', 'before', 'visit', 'path', `let value; ${lines.join('\n')}`) as Differences;
  } catch {
    // A process that forbids this does without it.
    return searchedDifferences(names);
  }
}

/** The same where no code can be made: slower. */
export function searchedDifferences(names: readonly string[]): Differences {
  return (object, before, visit, path) => {
    for (const [index, name] of names.entries()) {
      const value = object[name];
      if (value !== undefined && value !== before[name]) visit(index, value, path);
    }
  };
}
