import { Affiliate, Member, type AffiliateSpec, type MemberSpec } from '@cosi-ts/resources';
import { merge, type Controller } from '@cosi-ts/runtime';

/**
 * Derives the members: each affiliate that knows its Kubernetes node name is one, under that name. The local
 * node is a member like any other.
 */
export const memberController: Controller = merge({
  name: 'cluster.MemberController',
  input: Affiliate.in('cluster'),
  output: Member.in('cluster'),
  key: ({ spec }) => (spec.nodename === '' ? undefined : spec.nodename),
  // Two identities with one name (a node that was reset, before its old one expires): one member, of the greater id.
  merge: (affiliates) => {
    const affiliate = affiliates.at(-1);
    return affiliate === undefined ? undefined : memberOf(affiliate.spec);
  },
});

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
