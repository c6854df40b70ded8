import { Affiliate, Identity, type IdentitySpec } from '@cosi-ts/resources';
import { derived, mapped, merge, type Controller } from '@cosi-ts/runtime';
import { mergeAffiliates } from './merge-affiliates.ts';
import { confirmation, isUnconfirmed } from './unconfirmed.ts';

export const AFFILIATE_MERGE_CONTROLLER = 'cluster.AffiliateMergeController';

/**
 * Merges what the registries found (`cluster-raw/<registry>/<node id>`) into one affiliate a node
 * (`cluster/<node id>`). The local node's own affiliate is written by another controller: should a registry
 * report it (a stale Kubernetes node, say), it is left out, and nobody else's merge suffers. What one registry has
 * confirmed is confirmed.
 */
export const affiliateMergeController: Controller = merge({
  name: AFFILIATE_MERGE_CONTROLLER,
  input: Affiliate.in('cluster-raw'),
  output: Affiliate.in('cluster'),
  outputKind: 'shared',
  key: ({ spec }) => (spec.nodeId === '' ? undefined : spec.nodeId),
  extra: { identity: mapped(Identity, { id: 'local' }) },
  // The one that it was before, if any, is an output of somebody else's, who wakes us by removing it.
  extraKeys: { identity: (_id, identity) => (identity === undefined ? [] : [(identity.spec as IdentitySpec).nodeId]) },
  merge: async (affiliates, nodeId, { ports }) => {
    const identity = await ports.identity.find('local');
    if (nodeId === identity?.spec.nodeId) return undefined;
    const spec = mergeAffiliates(affiliates.map(({ spec }) => spec));
    return spec && derived(spec, { annotations: confirmation(affiliates.every(isUnconfirmed)) });
  },
});
