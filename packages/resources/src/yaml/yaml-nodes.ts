import { CodedError } from '@cosi-ts/core';
import { isAlias, isCollection, isScalar, type YAMLMap } from 'yaml';

/** Something is wrong with a part of a YAML text. */
export class YamlNodeError extends CodedError {
  readonly code = 'yaml-node';
  /** In UTF-16 units from the beginning of the text. */
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

export interface YamlEntry {
  readonly value: unknown;
  /** Where the value stands, or its key if there is none. */
  readonly offset: number;
}

/** The entries of a mapping by their keys' text. @throws YamlNodeError if a key is no scalar or occurs twice. */
export function entriesOf(map: YAMLMap): ReadonlyMap<string, YamlEntry> {
  const entries = new Map<string, YamlEntry>();
  for (const { key, value } of map.items) {
    const offset = offsetOf(key) ?? map.range?.[0] ?? 0;
    const name = textOf(key, offset);
    if (entries.has(name)) throw new YamlNodeError(offset, `the key ${JSON.stringify(name)} occurs twice`);
    entries.set(name, { value, offset: offsetOf(value) ?? offset });
  }
  return entries;
}

/** The text of a scalar as it is written, whatever it would be taken for. @throws YamlNodeError if it is no scalar. */
export function textOf(node: unknown, offset: number): string {
  if (node === null || node === undefined) return '';
  if (!isScalar(node)) throw new YamlNodeError(offsetOf(node) ?? offset, 'expected a scalar');
  const text = node.type === 'PLAIN' && node.source !== undefined ? node.source : node.value;
  return typeof text === 'string' ? text : '';
}

export function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}
