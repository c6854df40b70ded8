import { formatVersion, type Labels } from '@cosi-ts/resources';
import { isMachineConfigText, specDocument, type OutputResource } from './resource.ts';
import { printable } from './table.ts';
import { writeYamlEntry } from './yaml/write.ts';

/**
 * All about a resource, for people.
 *
 * @param history what led to it, a line each; empty if nobody knows.
 */
export function descriptionText(resource: OutputResource, history: readonly string[]): string {
  const { namespace, type, id, version, owner, phase, created, updated, finalizers, labels, annotations } =
    resource.metadata;
  return [
    field('Node', [resource.node]),
    field('Namespace', [namespace]),
    field('Type', [type]),
    field('ID', [id]),
    field('Version', [formatVersion(version)]),
    field('Phase', [phase]),
    field('Owner', owner === '' ? [] : [owner]),
    field('Created', [created]),
    field('Updated', [updated]),
    field('Labels', pairs(labels)),
    field('Annotations', pairs(annotations)),
    field('Finalizers', finalizers),
    specText(resource),
    history.length === 0 ? '' : `History:\n${history.map((line) => `    ${printable(line)}\n`).join('')}`,
  ].join('');
}

const WIDTH = 14;

/** A name, and its values under each other. */
function field(name: string, values: readonly string[]): string {
  const [first = '<none>', ...others] = values;
  const lines = [
    `${`${name}:`.padEnd(WIDTH)}${printable(first)}`,
    ...others.map((value) => ' '.repeat(WIDTH) + printable(value)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function pairs(labels: Labels): readonly string[] {
  return [...labels].map(([key, value]) => (value === '' ? key : `${key}=${value}`));
}

function specText(resource: OutputResource): string {
  if (isMachineConfigText(resource)) {
    const lines = resource.specYaml.trimEnd().split('\n');
    return `Spec:\n${lines.map((line) => (line === '' ? '\n' : `    ${line}\n`)).join('')}`;
  }
  const document = specDocument(resource);
  return document === undefined ? field('Spec', []) : writeYamlEntry('Spec', document);
}
