import { expect, test } from 'vitest';
import { CommandError } from '../io.ts';
import { resolveType } from './resolve-type.ts';

const MEMBERS = {
  type: 'Members.cluster.talos.dev',
  allAliases: ['members', 'members.cluster', 'members.cluster.talos', 'member'],
};
const SPECS = {
  type: 'KubeSpanPeerSpecs.kubespan.talos.dev',
  allAliases: ['kubespanpeerspecs', 'kubespanpeerspec', 'ksps'],
};
const STATUSES = { type: 'KubeSpanPeerStatuses.kubespan.talos.dev', allAliases: ['kubespanpeerstatuses', 'ksps'] };
const ALL = [MEMBERS, SPECS, STATUSES];

test.each([
  'member',
  'Members',
  'MEMBERS.cluster',
  'members.cluster.talos',
  'Members.cluster.talos.dev',
  'members.cluster.talos.dev',
])('%s is the type of members', (name) => {
  expect(resolveType(ALL, name)).toBe(MEMBERS);
});

test.each([
  ['memebrs', 'resource "memebrs" is not registered: did you mean "members"? "cosi get rd" lists every type'],
  ['Membr', 'resource "Membr" is not registered: did you mean "member"? "cosi get rd" lists every type'],
  ['pods', 'resource "pods" is not registered: "cosi get rd" lists every type'],
  ['', 'resource "" is not registered: "cosi get rd" lists every type'],
  [
    'ksps',
    'resource type "ksps" is ambiguous: [kubespanpeerspecs.kubespan.talos.dev kubespanpeerstatuses.kubespan.talos.dev]: use one of these names',
  ],
])('%j is refused', (name, message) => {
  expect(() => resolveType(ALL, name)).toThrow(new CommandError(message));
});
