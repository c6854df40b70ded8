import { Labels, type Metadata } from '@cosi-ts/resources';

/** On the status of a node that Kubernetes has a Node for; others are made of what the command line says. */
const SEEN = 'discovery.cosi.dev/seen-in-kubernetes';

export const SEEN_IN_KUBERNETES = Labels.of({ [SEEN]: 'true' });

export function isSeenInKubernetes({ metadata }: { readonly metadata: Metadata }): boolean {
  return metadata.annotations.has(SEEN);
}
