import { Info } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { SECRET, runControllers, setMachineConfig } from '../controllers.fixture.ts';
import { infoController } from './info.ts';

test('TestReconcile: the id and the name of the cluster', async () => {
  await simulate({}, async (sim) => {
    const node = runControllers(sim.node('node'), [infoController]);
    await setMachineConfig(
      node,
      'cluster:\n  id: cluster1\n  clusterName: foo\n  controlPlane:\n    endpoint: https://example.com/\n',
    );
    await sim.settle();
    expect(await node.spec(Info, 'current')).toEqual({ clusterId: 'cluster1', clusterName: 'foo' });
    await setMachineConfig(node, 'cluster:\n  clusterName: foo\n');
    await sim.settle();
    expect(await node.ids(Info)).toEqual([]);
  });
});

test('the identity may be a document', async () => {
  await simulate({}, async (sim) => {
    const node = runControllers(sim.node('node'), [infoController]);
    const identity = `apiVersion: v1alpha1\nkind: DiscoveryIdentityConfig\nclusterID: other\nclusterSecret: ${SECRET}\n`;
    await setMachineConfig(node, `cluster:\n  clusterName: foo\n---\n${identity}`);
    await sim.settle();
    expect(await node.spec(Info, 'current')).toEqual({ clusterId: 'other', clusterName: 'foo' });
  });
});
