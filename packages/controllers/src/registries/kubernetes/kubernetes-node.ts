import { Labels } from '@cosi-ts/resources';

/** What discovery knows of a Node, whoever wrote it: nothing of it is checked yet. */
export interface KubernetesNode {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly podCidrs: readonly string[];
  readonly isUnschedulable: boolean;
  /** The first of its addresses that is a host name; empty without one. */
  readonly hostname: string;
  readonly osImage: string;
  readonly isReady: boolean;
}

/** A Node object, with where it stands in the history of its cluster; undefined if it is none. */
export function readNode(object: unknown): { node: KubernetesNode; resourceVersion: string } | undefined {
  const { metadata, spec, status } = record(object);
  const { name, resourceVersion, labels, annotations } = record(metadata);
  if (typeof name !== 'string' || name === '') return undefined;
  const { podCIDR, podCIDRs, unschedulable } = record(spec);
  const { addresses, nodeInfo, conditions } = record(status);
  const several = texts(podCIDRs);
  const node: KubernetesNode = {
    name,
    labels: labelsOf(labels),
    annotations: labelsOf(annotations),
    podCidrs: several.length > 0 ? several : texts([podCIDR]),
    isUnschedulable: unschedulable === true,
    hostname: text(records(addresses).find(({ type }) => type === 'Hostname')?.['address']),
    osImage: text(record(nodeInfo)['osImage']),
    isReady: records(conditions).some(({ type, status }) => type === 'Ready' && status === 'True'),
  };
  return { node, resourceVersion: text(resourceVersion) };
}

/** Kubelets write their Node every few minutes although nothing changed that anybody here looks at. */
export function isSameNode(a: KubernetesNode, b: KubernetesNode): boolean {
  return (
    a.isReady === b.isReady &&
    a.isUnschedulable === b.isUnschedulable &&
    a.hostname === b.hostname &&
    a.osImage === b.osImage &&
    a.podCidrs.join() === b.podCidrs.join() &&
    a.labels.equals(b.labels) &&
    a.annotations.equals(b.annotations)
  );
}

/** A JSON object; one without keys if it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text).filter((item) => item !== '') : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : '';
}

function labelsOf(value: unknown): Labels {
  const entries = Object.entries(record(value)).map(([key, item]) => [text(key), text(item)] as const);
  return Labels.from(entries);
}
