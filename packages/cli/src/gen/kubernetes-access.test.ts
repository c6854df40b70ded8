import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { finish } from '../nodes/nodes.fixture.ts';

test('cosi gen kubernetes-access prints a role to read nodes, and binds it to all nodes', async () => {
  const { exitCode, out, err } = await finish(['gen', 'kubernetes-access']);
  expect([exitCode, err]).toEqual([0, '']);
  expect(parseAllDocuments(out).map((document) => document.toJS())).toEqual([
    expect.objectContaining({
      kind: 'ClusterRole',
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] }],
    }),
    expect.objectContaining({
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cosi-discovery' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    }),
  ]);
});
