import {
  Labels,
  defineResource,
  list,
  string,
  type DeclaredType,
  type Resource,
  type SpecOf,
} from '@cosi-ts/resources';

const fields = {
  nodeId: string(1),
  addresses: list(2, string),
  hostname: string(3),
  machineType: string(4),
  operatingSystem: string(5),
};

interface MemberSpec extends SpecOf<typeof fields> {}

/** The kind that every row works on, as the reference's program declares it. */
export const Member: DeclaredType<MemberSpec> = defineResource({
  type: 'Members.bench.cosi.dev',
  namespace: 'cluster',
  columns: {},
  fields,
});

export function idOf(n: number): string {
  return `member-${String(n).padStart(6, '0')}`;
}

export function newMember(n: number): Resource<MemberSpec> {
  const role = n % 3 === 0 ? 'controlplane' : 'worker';
  const spec = {
    nodeId: n.toString(16).padStart(32, '0'),
    addresses: [`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, `fd00::${(n + 1).toString(16)}`],
    hostname: idOf(n),
    machineType: role,
    operatingSystem: 'Talos (v1.13.0)',
  };
  const labels = Labels.of({ cluster: `cluster-${String(n % 100).padStart(2, '0')}`, role });
  return Member.create(idOf(n), spec, { labels });
}

/** The same resource with another host name, as somebody who holds its current version writes it. */
export function renamed({ metadata, spec }: Resource<MemberSpec>, hostname: string): Resource<MemberSpec> {
  return { metadata, spec: { ...spec, hostname } };
}
