import {
  Affiliate,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerStatus,
  KubeSpanPeerWarning,
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type AffiliateSpec,
} from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A, B, R, runControllers } from '../../controllers.fixture.ts';
import { SimMachine } from '../../network/machine.fixture.ts';
import { peerSpecController } from '../peer-spec.ts';
import { KEY_1, KEY_2, OWN_KEY, identity, meshConfig, setAddress } from './mesh.fixture.ts';
import { meshControllers } from './mesh-controllers.ts';

const ULA = 'fd8a:4396:731e:e702::1';

/** An honest peer, which has the lesser id. */
const honest = affiliate(A, KEY_1, { address: ULA, networks: ['10.244.1.0/24'], endpoints: ['10.0.0.1:51820'] });

describe('a peer that means ill', () => {
  test("gets nothing of another's address in the mesh", async () => {
    const { peers, warnings } = await facing({ address: ULA, networks: [`${ULA}/128`], endpoints: ['10.6.6.6:1'] });
    expect(peers).toEqual({ [KEY_1]: ['10.0.0.1/32', '10.244.1.0/24', `${ULA}/128`], [KEY_2]: ['10.6.6.6/32'] });
    expect(warnings[KEY_2]).toEqual([`asks for addresses of affiliate ${A}, which keeps them`]);
  });

  test('that asks for everything gets nothing of what others have, and it is told', async () => {
    const { peers, warnings, routed } = await facing({ address: `${ULA}1`, networks: ['0.0.0.0/0', '::/0'] });
    expect(peers[KEY_1]).toEqual(['10.0.0.1/32', '10.244.1.0/24', `${ULA}/128`]);
    const rest = peers[KEY_2] ?? [];
    expect(rest).not.toContain('0.0.0.0/0');
    for (const address of ['10.0.0.1/32', '10.244.1.0/24', `${ULA}/128`]) expect(rest).not.toContain(address);
    expect(warnings[KEY_2]).toEqual([`asks for addresses of affiliate ${A}, which keeps them`]);
    // While it is not up nothing is sent to it, unless the operator forces that.
    expect(routed).toEqual([]);
  });

  test('that has a thousand endpoints is tried at them, one after the other, and the others do not wait', async () => {
    const endpoints = Array.from({ length: 1000 }, (_, at) => `10.66.${Math.floor(at / 250)}.${(at % 250) + 1}:51820`);
    await simulate({}, async (sim) => {
      const { running, machine } = await start(sim, { address: `${ULA}1`, networks: [], endpoints });
      machine.answering.add('10.0.0.1:51820');
      const seen = new Set<string>();
      for (let minute = 0; minute < 10; minute += 1) {
        await sim.advance('1m');
        expect((await running.spec(KubeSpanPeerStatus, KEY_1))?.state).toBe('up');
        const status = await running.spec(KubeSpanPeerStatus, KEY_2);
        expect(['unknown', 'down']).toContain(status?.state);
        seen.add(status!.endpoint);
      }
      expect(seen.size).toBe(10);
    });
  });

  test.each([
    ['no base64', 'not a key'],
    ['too short', 'AAAA'],
    ['without its padding', KEY_2.slice(0, -1)],
    ['a way out', '../../etc'],
  ])('whose key is %s is left out, and the device takes the others', async (_, key) => {
    const { peers, warnings } = await facing({ address: `${ULA}1`, networks: ['10.244.2.0/24'] }, key);
    expect(Object.keys(peers)).toEqual([KEY_1]);
    expect(warnings[key]).toEqual(['its public key is none of WireGuard: nothing is sent to it']);
  });

  test("that has this node's own key is left out, nothing is sent to it, and it is told", async () => {
    const { peers, routed, warnings } = await facing(
      { address: `${ULA}1`, networks: ['10.244.2.0/24'] },
      OWN_KEY,
      true,
    );
    expect(Object.keys(peers)).toEqual([KEY_1]);
    expect(routed).toEqual(['10.0.0.1/32', '10.244.1.0/24']);
    expect(warnings).toEqual({
      [OWN_KEY]: ['its public key is that of this node, as a cloned machine has it: nothing is sent to it'],
    });
  });

  test('is told of no longer when this node has another key', async () => {
    await simulate({}, async (sim) => {
      const { running } = await start(sim, { address: `${ULA}1`, networks: [] }, OWN_KEY);
      expect(await running.spec(KubeSpanPeerWarning, OWN_KEY)).toBeDefined();
      await running.of(KubeSpanIdentity).set('local', { ...identity, publicKey: KEY_2 });
      await sim.settle();
      expect(await running.spec(KubeSpanPeerWarning, OWN_KEY)).toBeUndefined();
    });
  });
});

/** What the device has, what is routed into it, and what is told, with the honest peer and another one. */
async function facing(claim: Claim, key = KEY_2, forceRouting = false) {
  const { value } = await simulate({}, async (sim) => {
    const { running, machine } = await start(sim, claim, key, forceRouting);
    await sim.advance('2s');
    const device = await machine.driver.device('kubespan');
    const warnings = await running.of(KubeSpanPeerWarning).list();
    return {
      peers: Object.fromEntries(device?.peers.map(({ publicKey, allowedIPs }) => [publicKey, allowedIPs]) ?? []),
      routed: machine.table.get('kubespan_outgoing')?.rules.at(-1)?.matchDestinationAddress?.includeSubnets,
      warnings: Object.fromEntries(warnings.map(({ metadata, spec }) => [metadata.id, spec.reasons])),
    };
  });
  return value;
}

async function start(sim: Simulation, claim: Claim, key = KEY_2, forceRouting = false) {
  const node = sim.node('node');
  const machine = new SimMachine(() => node.host.clock.now());
  const mesh = meshControllers(node.host, { driver: machine.driver, owner: node.owner.child('network') });
  const running = runControllers(node, [peerSpecController, ...mesh]);
  await setAddress(running.state);
  await running.of(KubeSpanConfig).set('kubespan', meshConfig({ forceRouting }));
  await running.of(KubeSpanIdentity).set('local', identity);
  await running.of(Identity).set('local', { nodeId: R });
  await running.of(Affiliate.in('cluster')).set(A, honest);
  await running.of(Affiliate.in('cluster')).set(B, affiliate(B, key, claim));
  await sim.settle();
  return { running, machine };
}

interface Claim {
  readonly address: string;
  readonly networks: readonly string[];
  readonly endpoints?: readonly string[];
}

function affiliate(nodeId: string, publicKey: string, { address, networks, endpoints = [] }: Claim): AffiliateSpec {
  return {
    ...Affiliate.spec.fromPlain({}),
    nodeId,
    nodename: nodeId.slice(0, 4),
    addresses: endpoints.slice(0, 1).map((endpoint) => ipAddressOf(endpoint.replace(/:\d+$/, ''))),
    kubespan: {
      publicKey,
      address: ipAddressOf(address),
      additionalAddresses: networks.map(ipPrefixOf),
      endpoints: endpoints.map(ipPortOf),
      excludeAdvertisedNetworks: [],
    },
  };
}
