import type { Labels, Metadata, Resource } from '@cosi-ts/resources';
import { SchemaError } from '@cosi-ts/resources';
import { InvalidResourceError } from './errors.ts';
import type { KindIndex } from './kinds.ts';

/**
 * Makes a decided resource ready to be shared by everybody: text that UTF-8 cannot carry is refused, what is new in it
 * is frozen, and its labels become the one set that equal resources share.
 *
 * @param before what it replaces: what they share was accepted then.
 */
export function accept(
  index: KindIndex,
  resource: Resource,
  before: Resource | undefined,
): InvalidResourceError | undefined {
  // Decided or loaded just now: nobody else has it yet.
  const metadata = resource.metadata as { -readonly [K in keyof Metadata]: Metadata[K] };
  const { labels, annotations, finalizers } = metadata;
  const old = before?.metadata;
  if (old === undefined || old.owner !== metadata.owner) {
    const { id, owner } = metadata;
    if (!index.isWellFormed || !id.isWellFormed() || !owner.isWellFormed()) return malformed(metadata, 'its name');
  }
  if (old !== undefined && labels !== old.labels && labels.equals(old.labels)) metadata.labels = old.labels;
  else if (labels !== old?.labels && labels.size > 0) {
    metadata.labels = index.labels.intern(labels);
    if (metadata.labels === labels && !areWellFormed(labels)) return malformed(metadata, 'its labels');
  }
  if (annotations !== old?.annotations && !areWellFormed(annotations)) return malformed(metadata, 'its annotations');
  if (finalizers !== old?.finalizers && finalizers.length > 0) {
    if (!finalizers.every((finalizer) => finalizer.isWellFormed())) return malformed(metadata, 'its finalizers');
    Object.freeze(finalizers);
  }
  return resource.spec === before?.spec ? undefined : acceptSpec(index, resource, before);
}

function acceptSpec(
  { type }: KindIndex,
  { metadata, spec }: Resource,
  before: Resource | undefined,
): InvalidResourceError | undefined {
  if (type === undefined) {
    Object.freeze(spec);
    const { yaml } = (spec ?? {}) as { readonly yaml?: unknown };
    return typeof yaml === 'string' && !yaml.isWellFormed() ? malformed(metadata, 'its spec') : undefined;
  }
  try {
    type.spec.freeze(spec, before?.spec);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown;
    return new InvalidResourceError(metadata, `spec: ${thrown.message}`);
  }
}

function areWellFormed(labels: Labels): boolean {
  if (labels.size === 0) return true;
  const isWellFormed = (text: string): boolean => text.isWellFormed();
  return labels.keys().every(isWellFormed) && labels.values().every(isWellFormed);
}

function malformed(metadata: Metadata, part: string): InvalidResourceError {
  return new InvalidResourceError(metadata, `text with half a surrogate pair in ${part}`);
}
