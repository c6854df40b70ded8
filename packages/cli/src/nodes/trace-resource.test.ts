import { join } from 'node:path';
import { Affiliate, Member } from '@cosi-ts/resources';
import { beforeEach, expect, test } from 'vitest';
import { finish, startNode, temporaryDirectory } from './nodes.fixture.ts';

let cluster: string;
beforeEach(async () => {
  cluster = await temporaryDirectory();
});

const trace = (...argv: readonly string[]) => finish(['trace', ...argv, '--state', cluster]);

test('prints what led to a resource, node by node', async () => {
  const member = {
    nodeId: 'a',
    addresses: [],
    hostname: '',
    machineType: 'worker',
    operatingSystem: '',
    controlPlane: undefined,
  } as const;
  const { state } = await startNode(join(cluster, 'one'), { addresses: ['172.20.0.2/24'] });
  await startNode(join(cluster, 'two'), { addresses: ['172.20.0.3/24'] });
  const affiliate = await state.create(Affiliate.create('a', Affiliate.spec.fromPlain({ nodeId: 'a' })), {
    actor: 'cluster.AffiliateMergeController',
    causes: [{ table: 'cluster-raw/Affiliates.cluster.talos.dev', key: 'service/a', position: 1 }],
  });
  expect(affiliate.metadata.version).toBe(1);
  await state.create(Member.create('worker-1', member), {
    actor: 'cluster.MemberController',
    causes: [{ table: 'cluster/Affiliates.cluster.talos.dev', key: 'a', position: state.position }],
  });

  expect(await trace('members', 'worker-1')).toEqual({
    exitCode: 1,
    out: `NODE         TIME                   EVENT         VERSION   BY                                 RESOURCE
172.20.0.2   2022-10-12T12:00:00Z   created       1         cluster.MemberController           Members.cluster.talos.dev(cluster/worker-1)
172.20.0.2   2022-10-12T12:00:00Z   created       1         cluster.AffiliateMergeController     Affiliates.cluster.talos.dev(cluster/a)
172.20.0.2                          (forgotten)                                                    Affiliates.cluster.talos.dev(cluster-raw/service/a)
`,
    err: "cosi: 172.20.0.3: resource Members.cluster.talos.dev(cluster/worker-1@undefined) doesn't exist\n",
  });
  expect(await trace('members/worker-1', '-n', 'one')).toMatchObject({ exitCode: 0, err: '' });
});

test('wants an id', async () => {
  await startNode(join(cluster, 'one'));
  expect(await trace('members')).toEqual({
    exitCode: 2,
    out: '',
    err: 'cosi: the id is missing: write "cosi trace TYPE ID"\n',
  });
});
