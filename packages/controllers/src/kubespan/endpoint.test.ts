import {
  Affiliate,
  KubeSpanConfig,
  KubeSpanEndpoint,
  KubeSpanPeerStatus,
  ipPortOf,
  type KubeSpanPeerState,
} from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { affiliateOf } from '../cluster/affiliate.fixture.ts';
import { A, P1, P2, R, runControllers, type Running } from '../controllers.fixture.ts';
import { kubespanEndpointController } from './endpoint.ts';

const UNKNOWN = 'LoXPyyYh3kZwyKyWfCcf9VvgVv588cKhSKXavuUZqDg=';

describe('harvested endpoints', () => {
  test('TestReconcile', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'));
      await sim.settle();
      expect(await node.ids(KubeSpanEndpoint)).toEqual([P1]);
      expect(await node.spec(KubeSpanEndpoint, P1)).toEqual({ affiliateID: A, endpoint: '10.3.4.8:278' });
    });
  });

  test('follow the peer, its key, and what the configuration asks for', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'));
      const harvested = async () => {
        await sim.settle();
        return (await node.of(KubeSpanEndpoint).list()).map(({ spec }) => [spec.affiliateID, spec.endpoint]);
      };
      await setStatus(node, P2, '10.3.4.9:279', 'up');
      expect(await harvested()).toEqual([
        [R, '10.3.4.9:279'],
        [A, '10.3.4.8:278'],
      ]);
      await setStatus(node, P2, '', 'up');
      await setStatus(node, P1, '10.3.4.8:280', 'up');
      expect(await harvested()).toEqual([[A, '10.3.4.8:280']]);
      await node.of(Affiliate).set(A, affiliateOf(A, { kubespan: { publicKey: UNKNOWN } }));
      expect(await harvested()).toEqual([[A, '10.3.4.10:270']]);
      await harvest(node, false);
      expect(await harvested()).toEqual([]);
      await harvest(node, true);
      expect(await harvested()).toEqual([[A, '10.3.4.10:270']]);
      await node.remove(KubeSpanConfig, 'kubespan');
      expect(await harvested()).toEqual([]);
    });
  });
});

async function start(machine: Parameters<typeof runControllers>[0]): Promise<Running> {
  const node = runControllers(machine, [kubespanEndpointController]);
  await harvest(node, true);
  await node.of(Affiliate).create(A, affiliateOf(A, { kubespan: { publicKey: P1 } }));
  await node.of(Affiliate).create(R, affiliateOf(R, { kubespan: { publicKey: P2 } }));
  await setStatus(node, P1, '10.3.4.8:278', 'up');
  await setStatus(node, P2, '10.3.4.9:279', 'unknown');
  await setStatus(node, UNKNOWN, '10.3.4.10:270', 'up');
  return node;
}

async function harvest(node: Running, harvestExtraEndpoints: boolean): Promise<void> {
  await node.of(KubeSpanConfig).set('kubespan', { ...KubeSpanConfig.spec.fromPlain({}), harvestExtraEndpoints });
}

async function setStatus(node: Running, id: string, endpoint: string, state: KubeSpanPeerState): Promise<void> {
  const zero = KubeSpanPeerStatus.spec.fromPlain({});
  await node.of(KubeSpanPeerStatus).set(id, { ...zero, endpoint: ipPortOf(endpoint), state });
}
