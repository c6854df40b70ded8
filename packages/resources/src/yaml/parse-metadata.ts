import { ZERO_TIME, parseTimestamp, type Timestamp } from '@cosi-ts/core';
import { isMap, isSeq, type YAMLMap } from 'yaml';
import { Labels } from '../resource/labels.ts';
import type { Metadata } from '../resource/metadata.ts';
import { parsePhase } from '../resource/phase.ts';
import { UNDEFINED_VERSION, parseVersion } from '../resource/version.ts';
import { YamlNodeError, entriesOf, offsetOf, textOf, type YamlEntry } from './yaml-nodes.ts';

/** Reads the `metadata` of a resource's YAML form. @throws YamlNodeError */
export function parseMetadata(map: YAMLMap): Metadata {
  const entries = entriesOf(map);
  const text = (key: string): string => {
    const entry = entries.get(key);
    return entry === undefined ? '' : textOf(entry.value, entry.offset);
  };
  const parsed = <T>(key: string, missing: T, parse: (text: string) => T | undefined, what: string): T => {
    const entry = entries.get(key);
    if (entry === undefined) return missing;
    const given = textOf(entry.value, entry.offset);
    const value = parse(given);
    if (value === undefined) throw new YamlNodeError(entry.offset, `${key}: ${JSON.stringify(given)} is no ${what}`);
    return value;
  };
  const time = (key: string): Timestamp => parsed(key, ZERO_TIME, parseTimestamp, 'time');
  return {
    namespace: text('namespace'),
    type: text('type'),
    id: text('id'),
    version: parsed('version', UNDEFINED_VERSION, parseVersion, 'version'),
    owner: text('owner'),
    phase: parsed('phase', 'running', parsePhase, 'phase'),
    created: time('created'),
    updated: time('updated'),
    finalizers: textsOf('finalizers', entries.get('finalizers')),
    labels: labelsOf('labels', entries.get('labels')),
    annotations: labelsOf('annotations', entries.get('annotations')),
  };
}

function labelsOf(key: string, entry: YamlEntry | undefined): Labels {
  if (entry === undefined) return Labels.empty;
  if (!isMap(entry.value)) throw new YamlNodeError(entry.offset, `${key}: expected a mapping`);
  return Labels.from(
    Array.from(entriesOf(entry.value), ([name, { value, offset }]) => [name, textOf(value, offset)] as const),
  );
}

function textsOf(key: string, entry: YamlEntry | undefined): readonly string[] {
  if (entry === undefined) return [];
  if (!isSeq(entry.value)) throw new YamlNodeError(entry.offset, `${key}: expected a list`);
  return entry.value.items.map((item) => textOf(item, offsetOf(item) ?? entry.offset));
}
