import { Endpoint, Member, compareIpAddresses, type MemberSpec } from '@cosi-ts/resources';
import { merge, type Controller } from '@cosi-ts/runtime';

/** Where the control plane is, as far as discovery knows: what workers and joining nodes begin with. */
const DISCOVERY = 'discovery';

/** The addresses of all members that are control plane nodes, IPv4 first, in ascending order. */
export const endpointController: Controller = merge({
  name: 'cluster.EndpointController',
  input: Member.in('cluster'),
  output: Endpoint.in('controlplane'),
  outputKind: 'shared',
  key: ({ spec }) => (isControlPlane(spec) ? DISCOVERY : undefined),
  always: [DISCOVERY],
  merge: (members, _id, { current }) => ({
    addresses: members.flatMap(({ spec }) => spec.addresses).sort(compareIpAddresses),
    hosts: current?.spec.hosts ?? [],
  }),
});

function isControlPlane({ machineType }: MemberSpec): boolean {
  return machineType === 'controlplane' || machineType === 'init';
}
