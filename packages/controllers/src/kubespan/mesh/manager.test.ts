import { millisOf } from '@cosi-ts/core';
import {
  AddressSpec,
  AddressStatus,
  KubeSpanConfig,
  KubeSpanDeviceStatus,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  LinkSpec,
  LinkStatus,
  NfTablesChain,
  RouteSpec,
  RoutingRuleSpec,
  ipPortOf,
  ipPrefixOf,
} from '@cosi-ts/resources';
import { checkGraph } from '@cosi-ts/runtime';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { KEY_1, KEY_2, SECRET, addPeers, identity, meshConfig, meshPeer, runMesh } from './mesh.fixture.ts';
import { meshControllers } from './mesh-controllers.ts';

const LINK = LinkSpec.in('network-config');
const ADDRESS = AddressSpec.in('network-config');
const ROUTE = RouteSpec.in('network-config');
const RULE = RoutingRuleSpec.in('network-config');

describe('the manager', () => {
  test('TestDisabled', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'), meshConfig({ enabled: false }));
      await addPeers(mesh);
      await sim.advance('2m');
      expect(await mesh.ids(NfTablesChain)).toEqual([]);
      expect([mesh.machine.isUntouched, mesh.machine.changes]).toEqual([true, []]);
    });
  });

  test('TestReconcile', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await sim.settle();
      expect(await mesh.spec(LINK, 'operator/kubespan')).toMatchObject({
        name: 'kubespan',
        kind: 'wireguard',
        type: 'nohdr',
        logical: true,
        up: true,
        configLayer: 'operator',
        wireguard: { listenPort: 51_820, firewallMark: 0x20, privateKey: identity.privateKey, peers: [] },
      });
      const addressId = 'operator/kubespan/fd8a:4396:731e:e702:e871:1bff:feb2:ccee/128';
      expect(await mesh.spec(ADDRESS, addressId)).toMatchObject({
        address: 'fd8a:4396:731e:e702:e871:1bff:feb2:ccee/64',
        linkName: 'kubespan',
        flags: 'permanent',
        scope: 'global',
        family: 'inet6',
      });
      expect(await mesh.ids(ROUTE)).toEqual(['operator/180/inet4///1', 'operator/180/kubespan/inet6///1']);
      for (const id of await mesh.ids(ROUTE)) {
        expect(await mesh.spec(ROUTE, id)).toMatchObject({ table: '180', priority: 1, outLinkName: 'kubespan' });
      }
      expect(await mesh.ids(RULE)).toEqual(['operator/inet4/32500', 'operator/inet6/32500']);
      for (const id of await mesh.ids(RULE)) {
        expect(await mesh.spec(RULE, id)).toMatchObject({ priority: 32_500, fwMark: 0x40, fwMask: 0x60, table: '180' });
      }

      await addPeers(mesh);
      await sim.settle();
      const peer = { presharedKey: SECRET, persistentKeepaliveInterval: '25s' };
      expect((await mesh.spec(LINK, 'operator/kubespan'))?.wireguard.peers).toEqual([
        { ...peer, publicKey: KEY_1, endpoint: '172.20.0.3:51280', allowedIPs: ['10.244.1.0/24'] },
        { ...peer, publicKey: KEY_2, endpoint: '172.20.0.4:51280', allowedIPs: ['10.244.2.0/24'] },
      ]);
      for (const [key, label, endpoint] of [
        [KEY_1, 'worker-1', '172.20.0.3:51280'],
        [KEY_2, 'worker-2', '172.20.0.4:51280'],
      ] as const) {
        const status = await mesh.spec(KubeSpanPeerStatus, key);
        expect(status).toMatchObject({ label, state: 'unknown', endpoint, lastUsedEndpoint: endpoint });
        expect(Math.abs(millisOf(status!.lastEndpointChange) - wallClock(sim))).toBeLessThan(3000);
      }
      const both = ['10.244.1.0/24', '10.244.2.0/24'];
      expect(await routedOf(mesh)).toEqual(both);
      expect((await mesh.spec(NfTablesChain, 'kubespan_prerouting'))?.rules).toEqual([
        { anonymousCounter: false, matchMark: { mask: 0x60, xor: 0, value: 0x20 }, verdict: 'accept' },
        {
          anonymousCounter: false,
          matchDestinationAddress: { includeSubnets: both, excludeSubnets: [], invert: false },
          setMark: { mask: 0xffffff9f, xor: 0x40, value: 0 },
          verdict: 'accept',
        },
      ]);

      await mesh.of(KubeSpanConfig).set('kubespan', meshConfig({ forceRouting: false }));
      await sim.settle();
      expect(await routedOf(mesh)).toEqual([]);

      for (const endpoint of ['172.20.0.3:51280', '172.20.0.4:51280']) mesh.machine.answering.add(endpoint);
      await sim.advance('2s');
      expect(await statesOf(mesh)).toEqual(['up', 'up']);
      expect(await routedOf(mesh)).toEqual(both);

      await mesh.of(KubeSpanConfig).set('kubespan', meshConfig({ enabled: false }));
      await sim.settle();
      for (const type of [LINK, ADDRESS, ROUTE, RULE, NfTablesChain, KubeSpanPeerStatus, LinkStatus]) {
        expect(await mesh.ids(type)).toEqual([]);
      }
      expect(mesh.machine.isUntouched).toBe(true);
    });
  });

  test('goes on when it is switched off and on, again and again', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      mesh.machine.answering.add('172.20.0.3:51280').add('172.20.0.4:51280');
      for (let round = 0; round < 3; round += 1) {
        await sim.advance('5s');
        expect(await statesOf(mesh)).toEqual(['up', 'up']);
        await mesh.of(KubeSpanConfig).set('kubespan', meshConfig({ enabled: false }));
        await sim.advance('1m');
        expect(mesh.machine.isUntouched).toBe(true);
        await mesh.of(KubeSpanConfig).set('kubespan', meshConfig());
      }
    });
  });

  test('a peer that falls silent is down 275 s after its last handshake, and its addresses are routed past it', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'), meshConfig({ forceRouting: false }));
      await addPeers(mesh);
      mesh.machine.answering.add('172.20.0.3:51280').add('172.20.0.4:51280');
      await sim.advance('10m');
      expect(await statesOf(mesh)).toEqual(['up', 'up']);
      const last = (await mesh.spec(KubeSpanPeerStatus, KEY_1))!.lastHandshakeTime;
      mesh.machine.silent = true;
      while ((await statesOf(mesh))[0] === 'up') await sim.advance('1s');
      const silence = wallClock(sim) - millisOf(last);
      expect(silence).toBeGreaterThanOrEqual(275_000);
      expect(silence).toBeLessThan(275_000 + 31_000);
      await sim.advance('30s');
      expect(await routedOf(mesh)).toEqual([]);
    });
  });

  test('rotates what does not answer, and stays where it is answered', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      const dead = ['10.0.0.1:51820', '10.0.0.2:51820'];
      await mesh.of(KubeSpanPeerSpec).set(KEY_1, meshPeer('one', '10.244.1.0/24', ...dead, '10.0.0.3:51820'));
      mesh.machine.answering.add('10.0.0.3:51820');
      await sim.advance('14s');
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject({ state: 'unknown', endpoint: dead[0] });
      await sim.advance('15s');
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject({ state: 'unknown', endpoint: dead[1] });
      await sim.advance('15s');
      const found = { state: 'up', endpoint: '10.0.0.3:51820', lastUsedEndpoint: '10.0.0.3:51820' };
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject(found);
      await sim.advance('20m');
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject(found);
    });
  });

  test('a peer that roams is left where it is; a device that forgets it is told where it was reached last', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      mesh.machine.answering.add('172.20.0.3:51280').add('10.9.9.9:1');
      await sim.advance('2s');
      mesh.machine.roamed.set(KEY_1, ipPortOf('10.9.9.9:1'));
      await sim.advance('31s');
      const roamed = { endpoint: '10.9.9.9:1', lastUsedEndpoint: '172.20.0.3:51280', state: 'up' };
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject(roamed);
      expect((await mesh.spec(LINK, 'operator/kubespan'))?.wireguard.peers[0]?.endpoint).toBe('');
      mesh.machine.loseLink('kubespan');
      mesh.machine.roamed.clear();
      await sim.advance('1m');
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject({ endpoint: '172.20.0.3:51280', state: 'up' });
    });
  });

  test('a peer that came by itself is up, and need not prove itself at an endpoint that is told later', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await mesh.of(KubeSpanPeerSpec).set(KEY_1, meshPeer('one', '10.244.1.0/24'));
      await sim.settle();
      mesh.machine.answering.add('10.9.9.9:1');
      mesh.machine.roamed.set(KEY_1, ipPortOf('10.9.9.9:1'));
      await sim.advance('31s');
      expect(await statesOf(mesh)).toEqual(['up']);
      await mesh.of(KubeSpanPeerSpec).set(KEY_1, meshPeer('one', '10.244.1.0/24', '10.9.9.9:1'));
      for (let second = 0; second < 60; second += 1) {
        await sim.advance('1s');
        expect(await statesOf(mesh)).toEqual(['up']);
      }
    });
  });

  test('follows the label of a peer, and the identity of the node: link, address and routes', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      await sim.settle();
      await mesh.of(KubeSpanPeerSpec).set(KEY_1, meshPeer('renamed', '10.244.1.0/24', '172.20.0.3:51280'));
      const changed = {
        ...identity,
        address: ipPrefixOf('fd36:91d8:71e8:302:2c1a:b6ff:fe53:8169/128'),
        subnet: ipPrefixOf('fd36:91d8:71e8:302::/64'),
        privateKey: 'gNoasoKOJzl+/B+uXhvsBVxv81OcVLrlcmQ5jQwZO08=',
        publicKey: 'NzW8oeIH5rJyY5lefD9WRoHWWRr/Q6DwsDjMX+xKjT4=',
      };
      await mesh.of(KubeSpanIdentity).set('local', changed);
      await sim.settle();
      expect((await mesh.spec(KubeSpanPeerStatus, KEY_1))?.label).toBe('renamed');
      expect(await mesh.ids(ADDRESS)).toEqual([`operator/kubespan/${changed.address}`]);
      const link = mesh.machine.links.get('kubespan');
      expect([...(link?.addresses ?? [])]).toEqual(['fd36:91d8:71e8:302:2c1a:b6ff:fe53:8169/64']);
      expect(link?.device?.privateKey).toBe(changed.privateKey);
      expect((await mesh.spec(LinkStatus, 'kubespan'))?.wireguard.publicKey).toBe(changed.publicKey);
      expect(mesh.machine.routes.size).toBe(2);
    });
  });

  test('a peer that leaves is forgotten, and the others are not touched', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      await sim.settle();
      mesh.machine.changes.length = 0;
      await mesh.remove(KubeSpanPeerSpec, KEY_1);
      await sim.settle();
      expect(await mesh.ids(KubeSpanPeerStatus)).toEqual([KEY_2]);
      expect([...(mesh.machine.links.get('kubespan')?.device?.peers.keys() ?? [])]).toEqual([KEY_2]);
      expect(new Set(mesh.machine.changes)).toEqual(
        new Set(['chains kubespan_outgoing,kubespan_prerouting', 'configure kubespan']),
      );
    });
  });
});

describe('the device', () => {
  test('is told to be missing, once, with what is missing; the node tries again', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'), meshConfig({ enabled: false }));
      const missing = ['the program ip: on Debian it is in the package iproute2', 'the privilege'];
      mesh.machine.probe = { driver: '', missing };
      await mesh.of(KubeSpanConfig).set('kubespan', meshConfig());
      await addPeers(mesh);
      await sim.advance('5m');
      expect(await mesh.spec(KubeSpanDeviceStatus, 'kubespan')).toEqual({ state: 'missing', driver: '', missing });
      const told = sim.log.filter(({ level }) => level === 'warn');
      expect(told.map(({ message }) => message)).toEqual(['KubeSpan has no device']);
      expect(mesh.machine.changes).toEqual([]);
      expect(await mesh.ids(KubeSpanPeerStatus)).toEqual([]);
      mesh.machine.probe = { driver: 'kernel', missing: [] };
      await sim.advance('31s');
      expect((await mesh.spec(KubeSpanDeviceStatus, 'kubespan'))?.driver).toBe('kernel');
      expect(mesh.machine.links.has('kubespan')).toBe(true);
    });
  });

  test('of another node on the machine is left alone; our own, left by a crash, is taken over', async () => {
    await simulate({}, async (sim) => {
      const { machine, ...mesh } = await runMesh(sim.node('node'), meshConfig({ enabled: false }));
      await machine.driver.createDevice('kubespan');
      await machine.driver.configure('kubespan', {
        privateKey: 'gNoasoKOJzl+/B+uXhvsBVxv81OcVLrlcmQ5jQwZO08=',
        removed: [],
        peers: [],
      });
      await machine.driver.addAddress('kubespan', ipPrefixOf('fd00::5/64'));
      machine.changes.length = 0;
      await mesh.of(KubeSpanConfig).set('kubespan', meshConfig());
      await sim.advance('1m');
      expect((await mesh.spec(KubeSpanDeviceStatus, 'kubespan'))?.missing.join()).toContain(
        'another node on this machine',
      );
      expect(machine.changes).toEqual([]);
      await machine.driver.configure('kubespan', { privateKey: identity.privateKey, removed: [], peers: [] });
      await sim.advance('1m');
      expect(await mesh.ids(LinkStatus)).toEqual(['kubespan']);
      // An address of before is not left on it.
      expect([...(machine.links.get('kubespan')?.addresses ?? [])]).toEqual([
        'fd8a:4396:731e:e702:e871:1bff:feb2:ccee/64',
      ]);
    });
  });

  test('is not made for a node that only plays a machine', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'), meshConfig({ enabled: false }));
      mesh.machine.addresses = ['192.168.1.5/24'].map(ipPrefixOf);
      await mesh.remove(AddressStatus, 'eth0/10.0.0.9/24');
      const status = AddressStatus.spec.fromPlain({});
      await mesh.of(AddressStatus).set('eth0/172.20.0.2/24', { ...status, address: ipPrefixOf('172.20.0.2/24') });
      await mesh.of(KubeSpanConfig).set('kubespan', meshConfig());
      await sim.advance('1m');
      expect((await mesh.spec(KubeSpanDeviceStatus, 'kubespan'))?.missing.join()).toContain('172.20.0.2/24');
      expect(mesh.machine.changes).toEqual([]);
      mesh.machine.addresses = ['192.168.1.5/24', '172.20.0.2/16'].map(ipPrefixOf);
      await sim.advance('31s');
      expect((await mesh.spec(KubeSpanDeviceStatus, 'kubespan'))?.state).toBe('ready');
    });
  });

  test('is made anew when it dies, with all that hung on it', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      await sim.settle();
      mesh.machine.loseLink('kubespan');
      await sim.settle();
      const link = mesh.machine.links.get('kubespan');
      expect([link?.isUp, link?.addresses.size, link?.device?.peers.size, mesh.machine.routes.size]).toEqual([
        true,
        1,
        2,
        2,
      ]);
    });
  });

  test('and what hangs on it come back when somebody takes them away', async () => {
    await simulate({}, async (sim) => {
      const { machine } = await runMesh(sim.node('node'));
      await sim.settle();
      machine.table = new Map();
      machine.rules.clear();
      machine.routes.clear();
      machine.links.get('kubespan')?.addresses.clear();
      await sim.advance('31s');
      const { addresses } = machine.links.get('kubespan') ?? {};
      expect([machine.table.size, machine.rules.size, machine.routes.size, addresses?.size]).toEqual([2, 2, 2, 1]);
    });
  });

  test('and everything else is undone when the node ends, and not when it crashes', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      await sim.settle();
      expect(mesh.machine.isUntouched).toBe(false);
      await mesh.owner.close();
      expect(mesh.machine.isUntouched).toBe(true);
      const other = await runMesh(sim.node('other'));
      await sim.settle();
      other.owner.drop();
      expect(other.machine.links.size).toBe(1);
    });
  });

  test('needs no second look: what is as it shall be is not touched', async () => {
    await simulate({}, async (sim) => {
      const mesh = await runMesh(sim.node('node'));
      await addPeers(mesh);
      mesh.machine.answering.add('172.20.0.3:51280').add('172.20.0.4:51280');
      await sim.advance('5s');
      mesh.machine.changes.length = 0;
      await sim.advance('10m');
      for (const { name } of meshControllers(sim.node('x').host, {
        driver: mesh.machine.driver,
        owner: mesh.network,
      })) {
        mesh.runtime.crash(name);
      }
      await sim.advance('1m');
      expect(mesh.machine.changes).toEqual([]);
    });
  });
});

test('the controllers of the mesh neither feed each other nor wait for each other without end', async () => {
  await simulate({}, async (sim) => {
    const { machine, network } = await runMesh(sim.node('node'));
    const found = checkGraph(meshControllers(sim.node('x').host, { driver: machine.driver, owner: network }));
    expect(found.filter(({ what }) => what === 'cycle' || what === 'teardownDeadlock')).toEqual([]);
  });
});

type Mesh = Awaited<ReturnType<typeof runMesh>>;

function wallClock(sim: { readonly now: number }): number {
  return 1_665_576_000_000 + sim.now;
}

async function statesOf(mesh: Mesh): Promise<readonly string[]> {
  return (await mesh.of(KubeSpanPeerStatus).list()).map(({ spec }) => spec.state);
}

/** What the firewall sends into the mesh. */
async function routedOf(mesh: Mesh): Promise<readonly string[] | undefined> {
  const chains = await Promise.all(
    ['kubespan_prerouting', 'kubespan_outgoing'].map((id) => mesh.spec(NfTablesChain, id)),
  );
  const [one, other] = chains.map((chain) => chain?.rules.at(-1)?.matchDestinationAddress?.includeSubnets);
  expect(one).toEqual(other);
  return one;
}
