import { Labels, type Metadata } from '@cosi-ts/resources';

/**
 * On an affiliate that is known from before a restart only, because no registry could be asked since. Such a node
 * may be gone.
 */
export const UNCONFIRMED = 'discovery.cosi.dev/unconfirmed';

const MARKED = Labels.of({ [UNCONFIRMED]: 'true' });

/** The annotations of an affiliate. */
export function confirmation(isUnconfirmed: boolean): Labels {
  return isUnconfirmed ? MARKED : Labels.empty;
}

export function isUnconfirmed({ metadata }: { readonly metadata: Metadata }): boolean {
  return metadata.annotations.has(UNCONFIRMED);
}
