import { compareUtf8 } from '@cosi-ts/core';
import {
  Affiliate,
  Identity,
  KubeSpanConfig,
  KubeSpanPeerSpec,
  maskIpPrefix,
  prefixSetOf,
  prefixSetPrefixes,
  subtractPrefixSet,
  type AffiliateSpec,
  type KubeSpanPeerSpecSpec,
} from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { affiliateOf } from '../cluster/affiliate.fixture.ts';
import { A, B, E0, E1, P1, X, runControllers, type Running } from '../controllers.fixture.ts';
import { peerSpecController } from './peer-spec.ts';

const LOCAL = 'gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE';
const PX = 'mB6WlFOR66Jx5rtPMIpxJ3s4XHyer9NCzqWPP7idGRo';
const PB = 'Zr5ewpUm2Ywo1c+/59WFKIBjZ3c/nVbIWsT5elbjwCU=';
const EX = 'fdc8:8aee:4e2d:1202:f073:9cff:fe6c:4d67';

describe('the peers of the mesh', () => {
  test('TestReconcile', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim);
      await publish(
        node,
        affiliateOf(A, {
          nodename: 'bar',
          hostname: 'foo.com',
          machineType: 'controlplane',
          addresses: ['192.168.3.4'],
          kubespan: {
            publicKey: P1,
            address: E0,
            additional: ['10.244.3.1/24', '10.244.3.0/32'],
            endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
            exclude: ['10.244.3.128/25'],
          },
        }),
        affiliateOf(B, { nodename: 'worker-1', hostname: 'worker-1', machineType: 'worker' }),
        affiliateOf(X, {
          nodename: 'worker-2',
          hostname: 'worker-2',
          machineType: 'worker',
          addresses: ['192.168.3.6'],
          kubespan: { publicKey: PX, address: EX, additional: ['10.244.4.1/24'], endpoints: ['192.168.3.6:51820'] },
        }),
        affiliateOf(LOCAL, {
          nodename: 'local',
          addresses: ['192.168.3.7'],
          kubespan: {
            publicKey: '27E8I+ekrqT21cq2iW6+fDe+H7WBw6q9J7vqLCeswiM=',
            address: E1,
            additional: ['10.244.5.1/24'],
          },
        }),
      );
      await sim.settle();
      expect(await node.ids(KubeSpanPeerSpec)).toEqual([P1, PX].toSorted(compareUtf8));
      expect(await node.spec(KubeSpanPeerSpec, P1)).toEqual({
        address: E0,
        allowedIPs: ['10.244.3.0/25', '192.168.3.4/32', `${E0}/128`],
        endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
        label: 'bar',
      });
      expect(await node.spec(KubeSpanPeerSpec, PX)).toEqual({
        address: EX,
        allowedIPs: ['10.244.4.0/24', '192.168.3.6/32', `${EX}/128`],
        endpoints: ['192.168.3.6:51820'],
        label: 'worker-2',
      });
      await enable(node, false);
      await sim.settle();
      expect(await node.ids(KubeSpanPeerSpec)).toEqual([]);
      await enable(node, true);
      await sim.settle();
      expect(await node.ids(KubeSpanPeerSpec)).toHaveLength(2);
    });
  });

  test('TestIPOverlap', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim);
      await publish(
        node,
        affiliateOf(A, { kubespan: { publicKey: P1, address: E0, additional: ['10.244.3.1/24', '10.244.3.0/32'] } }),
        affiliateOf(B, { kubespan: { publicKey: PB, address: E1, additional: ['10.244.2.0/23', '192.168.3.0/24'] } }),
      );
      await sim.settle();
      const allowed = async (id: string) => (await node.spec(KubeSpanPeerSpec, id))?.allowedIPs;
      expect(await allowed(P1)).toEqual(['10.244.3.0/24', `${E0}/128`]);
      expect(await allowed(PB)).toEqual(['10.244.2.0/24', '192.168.3.0/24', `${E1}/128`]);
      await node.remove(Affiliate, A);
      await sim.settle();
      expect(await allowed(PB)).toEqual(['10.244.2.0/23', '192.168.3.0/24', `${E1}/128`]);
    });
  });

  test('one without an address in the mesh is left out, and named', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim);
      await publish(node, affiliateOf(A, { kubespan: { publicKey: P1 }, addresses: ['10.0.0.1'] }));
      await sim.settle();
      expect(await node.ids(KubeSpanPeerSpec)).toEqual([]);
      const warnings = sim.log.filter(({ level }) => level === 'warn').map(({ message }) => message);
      expect(warnings).toContain('failed building list of IP ranges for the peer');
    });
  });

  test('one that others leave no address is a peer nevertheless', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim);
      for (const [id, publicKey] of [
        [A, P1],
        [B, PB],
      ] as const) {
        await publish(node, affiliateOf(id, { kubespan: { publicKey, address: E0 } }));
      }
      await sim.settle();
      expect((await node.spec(KubeSpanPeerSpec, P1))?.allowedIPs).toEqual([`${E0}/128`]);
      expect((await node.spec(KubeSpanPeerSpec, PB))?.allowedIPs).toEqual([]);
    });
  });

  test('of two with one key, as cloned machines have, the first is the peer, and then the other', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim);
      await publish(
        node,
        affiliateOf(A, { nodename: 'a', kubespan: { publicKey: P1, address: E0 } }),
        affiliateOf(B, { nodename: 'b', kubespan: { publicKey: P1, address: E1 } }),
        affiliateOf(X, { nodename: 'x', kubespan: { publicKey: PX, address: EX, additional: [`${E1}/128`] } }),
      );
      const peers = async () => {
        await sim.settle();
        const all = await node.of(KubeSpanPeerSpec).list();
        return Object.fromEntries(all.map(({ spec }) => [spec.label, spec.allowedIPs]));
      };
      expect(await peers()).toEqual({ a: [`${E0}/128`], x: [`${E1}/128`, `${EX}/128`] });
      await node.remove(Affiliate, A);
      expect(await peers()).toEqual({ b: [`${E1}/128`], x: [`${EX}/128`] });
    });
  });

  test('go that an earlier run left', async () => {
    await simulate({}, async (sim) => {
      const machine = sim.node('node');
      const node = runControllers(machine, []);
      const left = KubeSpanPeerSpec.spec.fromPlain({});
      await node.of(KubeSpanPeerSpec).create(P1, left, { owner: peerSpecController.name });
      node.runtime.register(peerSpecController);
      await sim.settle();
      expect(await node.ids(KubeSpanPeerSpec)).toEqual([]);
    });
  });
});

// Few of everything, so that peers meet.
const peer = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', LOCAL),
    publicKey: fc.constantFrom('', 'K1', 'K1', 'K2', 'K3'),
    address: fc.constantFrom('', 'fd00::1', 'fd00::2', 'fd00::3', 'fd00::4', 'fd00::5'),
    additional: fc.array(fc.constantFrom('10.0.0.0/24', '10.0.0.128/25', '10.0.0.1/32', '0.0.0.0/0'), { maxLength: 2 }),
    exclude: fc.array(fc.constantFrom('10.0.0.0/28', '::/0'), { maxLength: 1 }),
    addresses: fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1'), { maxLength: 2 }),
    nodename: fc.constantFrom('', 'n'),
  })
  .map(({ id, nodename, addresses, ...kubespan }) => affiliateOf(id, { nodename, addresses, kubespan }));
const step = fc.oneof(
  { weight: 6, arbitrary: peer.map((spec) => ({ kind: 'publish' as const, spec })) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), id: fc.constantFrom('a', 'b', 'c', 'd') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('enable' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

test.prop([fc.nat(), fc.array(step, { maxLength: 25 })], { numRuns: 300 })(
  'the peers are those of the affiliates as they are, whatever happened before',
  async (seed, steps) => {
    await simulate({ seed }, async (sim) => {
      const node = await start(sim);
      let isOn = true;
      for (const step of [...steps, { kind: 'settle' as const }]) {
        if (step.kind === 'publish') await publish(node, step.spec);
        else if (step.kind === 'remove') await node.remove(Affiliate, step.id).catch(() => undefined);
        else if (step.kind === 'crash') node.runtime.crash(peerSpecController.name);
        else if (step.kind === 'enable') await enable(node, (isOn = step.on));
        else {
          await sim.settle();
          const affiliates = (await node.of(Affiliate).list()).map(({ spec }) => spec);
          const peers = await node.of(KubeSpanPeerSpec).list();
          const expected = isOn ? peersOf(affiliates) : new Map();
          expect(new Map(peers.map(({ metadata, spec }) => [metadata.id, spec]))).toEqual(expected);
        }
      }
    });
  },
);

/** The rule, plainly. */
function peersOf(affiliates: readonly AffiliateSpec[]): Map<string, KubeSpanPeerSpecSpec> {
  const peers = new Map<string, KubeSpanPeerSpecSpec>();
  const taken = [];
  for (const { nodeId, nodename, addresses, kubespan } of affiliates) {
    const { publicKey, address, endpoints } = kubespan;
    if (nodeId === LOCAL || publicKey === '' || address === '' || peers.has(publicKey)) continue;
    const all = prefixSetOf([...kubespan.additionalAddresses.map(maskIpPrefix), ...addresses]);
    const own = subtractPrefixSet(all, prefixSetOf(kubespan.excludeAdvertisedNetworks));
    const wanted = prefixSetOf([...prefixSetPrefixes(own), address]);
    const allowed = taken.reduce(subtractPrefixSet, wanted);
    taken.push(wanted);
    peers.set(publicKey, { address, allowedIPs: prefixSetPrefixes(allowed), endpoints, label: nodename });
  }
  return peers;
}

async function start(sim: Simulation): Promise<Running> {
  const node = runControllers(sim.node('node'), [peerSpecController]);
  await enable(node, true);
  await node.of(Identity).create('local', { nodeId: LOCAL });
  return node;
}

async function enable(node: Running, enabled: boolean): Promise<void> {
  await node.of(KubeSpanConfig).set('kubespan', { ...KubeSpanConfig.spec.fromPlain({}), enabled });
}

async function publish(node: Running, ...affiliates: readonly AffiliateSpec[]): Promise<void> {
  for (const spec of affiliates) await node.of(Affiliate).set(spec.nodeId, spec);
}
