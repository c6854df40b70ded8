import { Bytes } from '@cosi-ts/core';
import { Labels, isTombstone, type Resource } from '@cosi-ts/resources';
import type { WatchEvent } from '@cosi-ts/runtime';

/** Everything that a resource says, as one text: equal for equal resources. */
export function digestOf(resource: Resource): string {
  const { metadata } = resource;
  if (isTombstone(resource)) return `tombstone ${JSON.stringify([metadata.namespace, metadata.type, metadata.id])}`;
  return JSON.stringify([plain(metadata), plain(resource.spec)]);
}

/** What a writer said: without what the state sets. Finalizers are a set. */
export function contentDigest({ metadata, spec }: Resource): string {
  const { finalizers, labels, annotations } = metadata;
  return JSON.stringify([finalizers.toSorted(), [...labels], [...annotations], plain(spec)]);
}

export function eventDigest(event: WatchEvent): string {
  if (event.type === 'errored') return 'errored';
  return event.type === 'updated' ? `${digestOf(event.resource)} ${digestOf(event.old)}` : digestOf(event.resource);
}

function plain(value: unknown): unknown {
  if (value instanceof Bytes) return value.toBase64();
  if (value instanceof Labels) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, plain(each)]);
}
