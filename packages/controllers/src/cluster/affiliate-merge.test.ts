import { Affiliate, Identity } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A, B, E0, P1, runControllers } from '../controllers.fixture.ts';
import { affiliateOf } from './affiliate.fixture.ts';
import { affiliateMergeController } from './affiliate-merge.ts';
import { UNCONFIRMED, confirmation } from './unconfirmed.ts';

const RAW = Affiliate.in('cluster-raw');
const named = { hostname: 'foo.com', nodename: 'bar', machineType: 'controlplane' } as const;

const fromKubernetes = affiliateOf(A, {
  ...named,
  addresses: ['192.168.3.4'],
  kubespan: {
    publicKey: P1,
    address: E0,
    additional: ['10.244.3.1/24'],
    endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
  },
  controlPlane: { port: 6443 },
});
const fromService = affiliateOf(A, { ...named, addresses: ['192.168.3.4', '10.5.0.2'] });
const worker = affiliateOf(B, {
  hostname: 'worker-1',
  nodename: 'worker-1',
  machineType: 'worker',
  addresses: ['192.168.3.5'],
});

describe('merged affiliates', () => {
  test('TestReconcileDefault', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), [affiliateMergeController]);
      const raw = node.of(RAW);
      await raw.create(`k8s/${A}`, fromKubernetes);
      await raw.create(`service/${A}`, fromService);
      await raw.create(`service/${B}`, worker);
      await sim.settle();
      const { addresses } = fromService;
      expect(await node.spec(Affiliate, A)).toEqual({ ...fromKubernetes, addresses });
      expect(await node.spec(Affiliate, B)).toEqual(worker);
      await node.remove(RAW, `k8s/${A}`);
      await sim.settle();
      expect(await node.spec(Affiliate, A)).toEqual(fromService);
      await node.remove(RAW, `service/${B}`);
      await sim.settle();
      expect(await node.ids(Affiliate)).toEqual([A]);
    });
  });

  test('leave the local node out, whoever reports it and in whatever order', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const node = runControllers(sim.node('node'), [affiliateMergeController]);
        await node.of(RAW).create(`k8s/${A}`, fromKubernetes);
        await node.of(RAW).create(`service/${B}`, worker);
        if (seed % 2 === 0) await sim.settle();
        await node.of(Identity).create('local', { nodeId: A });
        await sim.settle();
        expect(await node.ids(Affiliate)).toEqual([B]);
        expect(sim.log.filter(({ level }) => level === 'error')).toEqual([]);
        await node.of(Affiliate).create(A, affiliateOf(A, named), { owner: 'local' });
        await node.of(RAW).set(`k8s/${A}`, { ...fromKubernetes, nodename: 'other' });
        await sim.settle();
        expect(await node.spec(Affiliate, A)).toEqual(affiliateOf(A, named));
        // Another identity: what was ours is a peer's.
        await node.of(Identity).set('local', { nodeId: 'new' });
        await node.of(Affiliate).destroy(A, { owner: 'local' });
        await sim.settle();
        expect(await node.spec(Affiliate, A)).toEqual({ ...fromKubernetes, nodename: 'other' });
      });
    }
  });

  test('are unconfirmed as long as no registry has confirmed them', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), [affiliateMergeController]);
      const mark = async () => {
        await sim.settle();
        return (await node.of(Affiliate).get(A)).metadata.annotations.get(UNCONFIRMED);
      };
      await node.of(RAW).set(`service/${A}`, fromService, { annotations: confirmation(true) });
      expect(await mark()).toBe('true');
      await node.of(RAW).set(`k8s/${A}`, fromKubernetes);
      expect(await mark()).toBeUndefined();
      await node.remove(RAW, `k8s/${A}`);
      expect(await mark()).toBe('true');
      await node.of(RAW).set(`service/${A}`, fromService, { annotations: confirmation(false) });
      expect(await mark()).toBeUndefined();
    });
  });
});
