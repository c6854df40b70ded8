import { withoutFraction } from '@cosi-ts/core';
import { formatVersion, type Labels, type Metadata } from '@cosi-ts/resources';

/** The `metadata:` entry of a resource: its fields in their fixed order, empty sets left out. */
export function metadataYaml(metadata: Metadata): string {
  const fields = [
    ['namespace', metadata.namespace],
    ['type', metadata.type],
    ['id', metadata.id],
    ['version', formatVersion(metadata.version)],
    ['owner', metadata.owner],
    ['phase', metadata.phase],
    ['created', withoutFraction(metadata.created)],
    ['updated', withoutFraction(metadata.updated)],
  ] as const;
  return [
    'metadata:',
    ...fields.map(([key, value]) => `    ${key}:${spaced(scalar(value))}`),
    ...labels('labels', metadata.labels),
    ...labels('annotations', metadata.annotations),
    ...(metadata.finalizers.length === 0 ? [] : ['    finalizers:']),
    ...metadata.finalizers.map((finalizer) => `        -${spaced(scalar(finalizer))}`),
    '',
  ].join('\n');
}

function labels(name: string, set: Labels): readonly string[] {
  if (set.size === 0) return [];
  return [`    ${name}:`, ...[...set].map(([key, value]) => `        ${scalar(key) || "''"}:${spaced(scalar(value))}`)];
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

/** Plain wherever the grammar allows it, also for text that reads as a number: metadata has no types. */
function scalar(text: string): string {
  if (/\p{Cc}/u.test(text)) return JSON.stringify(text);
  return /^[-?:](?= |$)|^[#,[\]{}&*!|>'"%@`]|^(?:---|\.\.\.)|^ | $|:(?: |$)| #/.test(text)
    ? `'${text.replaceAll("'", "''")}'`
    : text;
}
