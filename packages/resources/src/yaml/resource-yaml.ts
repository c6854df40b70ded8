import { withoutFraction } from '@cosi-ts/core';
import { isCollection, parseDocument } from 'yaml';
import type { Labels } from '../resource/labels.ts';
import type { Metadata } from '../resource/metadata.ts';
import { formatVersion } from '../resource/version.ts';
import { behindKey, entry, itemIndent, pad, valueIndent } from './layout.ts';
import { untaggedScalar } from './scalar.ts';

/**
 * The YAML form of a whole resource, byte for byte as COSI's clients print it, with its last line break.
 *
 * @param spec the YAML form of the spec as `toYaml` gives it: without its last line break, and so with one if the spec ends
 * with a text that ends with two.
 */
export function resourceYaml(metadata: Metadata, spec: string): string {
  return `${metadataYaml(metadata)}spec:${behindSpec(spec)}\n`;
}

/** The `metadata:` entry of a resource's YAML form, with its last line break. */
export function metadataYaml(metadata: Metadata): string {
  return `metadata:\n    ${metadataEntries(metadata).join(`\n${pad(4)}`)}\n`;
}

/** Shown in this order; what a resource need not have is left out when there is none. */
function metadataEntries(metadata: Metadata): string[] {
  const { namespace, type, id, version, owner, phase, created, updated, labels, annotations, finalizers } = metadata;
  return [
    ...Object.entries({ namespace, type, id, version: formatVersion(version), owner, phase }).map(
      ([key, text]) => `${key}:${behindColon(text, 4)}`,
    ),
    `created: ${withoutFraction(created)}`,
    `updated: ${withoutFraction(updated)}`,
    ...mapping('labels', labels),
    ...mapping('annotations', annotations),
    ...sequence('finalizers', finalizers),
  ];
}

function mapping(key: string, labels: Labels): string[] {
  const entries = Array.from(labels, ([name, value]) => entry(name, behindColon(value, 8), 8, untaggedScalar));
  return entries.length === 0 ? [] : [`${key}:${behindKey(entries.join(`\n${pad(8)}`), 8)}`];
}

function sequence(key: string, items: readonly string[]): string[] {
  const spelled = items.map((item) => `-${behindDash(item)}`);
  return items.length === 0 ? [] : [`${key}:${behindKey(spelled.join(`\n${pad(8)}`), 8)}`];
}

function behindColon(text: string, column: number): string {
  return text === '' ? '' : ` ${untaggedScalar(text, valueIndent(column))}`;
}

function behindDash(text: string): string {
  return text === '' ? '' : ` ${untaggedScalar(text, itemIndent(8))}`;
}

/** A mapping or sequence goes below its key and moves to the right; a scalar or an empty collection stays behind it. */
function behindSpec(text: string): string {
  return isBlock(text) ? `\n${pad(4)}${text.replaceAll(/\n(?=[^\n])/g, `\n${pad(4)}`)}` : ` ${text}`;
}

function isBlock(text: string): boolean {
  if (/^[|>[{]/.test(text)) return false;
  if (/^["']/.test(text)) return isCollection(parseDocument(text).contents);
  return /^(?:- |\? |[^\n]*:(?:\n| |$))/.test(text);
}
