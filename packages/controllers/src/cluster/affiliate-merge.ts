import { Affiliate } from '@cosi-ts/resources';
import { merge, type Controller } from '@cosi-ts/runtime';
import { mergeAffiliates } from './merge-affiliates.ts';

export const AFFILIATE_MERGE_CONTROLLER = 'cluster.AffiliateMergeController';

/**
 * Merges what the registries found (`cluster-raw/<registry>/<node id>`) into one affiliate a node
 * (`cluster/<node id>`). The local node's own affiliate is written by another controller: should a registry
 * report it (a stale Kubernetes node, say), it is left out, and nobody else's merge suffers.
 */
export const affiliateMergeController: Controller = merge({
  name: AFFILIATE_MERGE_CONTROLLER,
  input: Affiliate.in('cluster-raw'),
  output: Affiliate.in('cluster'),
  outputKind: 'shared',
  key: ({ spec }) => (spec.nodeId === '' ? undefined : spec.nodeId),
  merge: (affiliates) => mergeAffiliates(affiliates.map(({ spec }) => spec)),
});
