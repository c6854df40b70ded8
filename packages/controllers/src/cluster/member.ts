import { compareUtf8, instantOf } from '@cosi-ts/core';
import { Affiliate, Member, type AffiliateSpec, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { merge, type Controller } from '@cosi-ts/runtime';
import { isUnconfirmed } from './unconfirmed.ts';

/**
 * Derives the members: each affiliate that knows its Kubernetes node name is one, under that name. The local
 * node is a member like any other.
 */
export const memberController: Controller = merge({
  name: 'cluster.MemberController',
  input: Affiliate.in('cluster'),
  output: Member.in('cluster'),
  key: ({ spec }) => (spec.nodename === '' ? undefined : spec.nodename),
  merge: (affiliates) => {
    const [current] = affiliates.toSorted(compareByStanding);
    return current && memberOf(current.spec);
  },
});

/**
 * Two identities with one name, as when a node was reset and its old identity has not expired yet: the first is the
 * member. A confirmed one comes first, then the one that this node first saw last, then the one with the greater id.
 * Nothing of that changes while both are there, so the member does not swing between them.
 */
function compareByStanding(a: Resource<AffiliateSpec>, b: Resource<AffiliateSpec>): number {
  return (
    Number(isUnconfirmed(a)) - Number(isUnconfirmed(b)) ||
    compareCreated(b, a) ||
    compareUtf8(b.metadata.id, a.metadata.id)
  );
}

function compareCreated(a: Resource, b: Resource): number {
  const [x, y] = [instantOf(a.metadata.created), instantOf(b.metadata.created)];
  return x.seconds - y.seconds || x.nanos - y.nanos;
}

function memberOf({
  nodeId,
  addresses,
  hostname,
  machineType,
  operatingSystem,
  controlPlane,
}: AffiliateSpec): MemberSpec {
  return { nodeId, addresses, hostname, machineType, operatingSystem, controlPlane };
}
