import {
  KubeSpanEndpoint,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  Identity,
  LinkStatus,
  ipPrefixAddress,
  type KubeSpanPeerStatusSpec,
} from '@cosi-ts/resources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellsOf, layOut } from '../../e2e/tables.ts';
import { Lab, whyNoLab, type Machine } from './lab.ts';
import { LabNodes, specsOf, until, type LabNode } from './node.ts';

const reason = whyNoLab();
if (reason !== undefined) process.stderr.write(`KubeSpan is not tested on real WireGuard: ${reason}.\n`);

const isUp = ({ state }: KubeSpanPeerStatusSpec): boolean => state === 'up';

/**
 * Three machines. The first endpoint that `a` and `b` tell of themselves leads nowhere, and `c` tells none: the others learn
 * where it is when it comes to them, and from each other.
 */
describe.skipIf(reason !== undefined)('a mesh of three nodes', () => {
  let lab: Lab;
  let nodes: LabNodes;
  let [a, b, c] = [] as unknown as [LabNode, LabNode, LabNode];
  const byName = () => new Map([a, b, c].map((node) => [node.machine.name, node]));

  beforeAll(async () => {
    lab = await Lab.make();
    nodes = await LabNodes.make(lab);
    const machines: Machine[] = [];
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      const machine = await lab.machine(name, `10.77.0.${at + 1}`);
      machines.push(machine);
      await lab.spareLink(machine, 'pod0', `10.244.${at + 1}.1/24`);
      if (name !== 'c') await lab.spareLink(machine, 'dead0', `10.11.0.${at + 1}/24`);
    }
    const start = (machine: Machine, at: number): Promise<LabNode> => {
      const filters = machine.name === 'c' ? ['!0.0.0.0/0', '!::/0'] : [];
      const flags = ['--pod-cidr', `10.244.${at + 1}.0/24`, '--leave'];
      return nodes.start(machine, { name: `node-${machine.name}`, filters }, ...flags);
    };
    [a, b, c] = (await Promise.all(machines.map(start))) as [LabNode, LabNode, LabNode];
  });

  afterAll(async () => {
    await nodes?.end();
    await lab?.remove();
  });

  test('tries the first endpoint that a peer tells, and another one when that does not answer', async () => {
    const [key = ''] = await peerKeys(a, 'node-b');
    await until(a, KubeSpanPeerStatus, (all) => all.get(key)?.lastUsedEndpoint === '10.11.0.2:51820');
    await until(a, KubeSpanPeerStatus, (all) => all.get(key)?.lastUsedEndpoint === '10.77.0.2:51820');
  });

  test('comes up by discovery alone', async () => {
    for (const node of [a, b, c]) {
      await until(node, KubeSpanPeerStatus, (all) => all.size === 2 && [...all.values()].every(isUp));
    }
  });

  test.each([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ])('%s reaches %s: its address in the mesh, its pods, and itself', async (from, to) => {
    const [one, other] = [byName().get(from) as LabNode, byName().get(to) as LabNode];
    const [identity] = await specsOf(other, KubeSpanIdentity);
    const pod = other.machine.address.replace('10.77.0.', '10.244.') + '.1';
    for (const address of [ipPrefixAddress(identity?.address ?? ('' as never)), pod, other.machine.address]) {
      const before = await received(other);
      expect(await one.machine.exec('ping', '-c', '1', '-W', '5', '-s', '1200', address)).toMatch(/ 0% packet loss/);
      // It went through the device.
      expect((await received(other)) - before).toBeGreaterThan(1200);
    }
  });

  test('tells the others where a peer is that does not know it itself', async () => {
    const [key = ''] = await peerKeys(b, 'node-c');
    const [affiliate] = await specsOf(c, Identity);
    const harvested = { affiliateID: affiliate?.nodeId, endpoint: '10.77.0.3:51820' };
    expect((await until(a, KubeSpanEndpoint, (all) => all.has(key))).get(key)).toEqual(harvested);
    await until(b, KubeSpanPeerSpec, (all) => all.get(key)?.endpoints.join() === '10.77.0.3:51820');
  });

  test('is shown as the guide shows it', async () => {
    await until(a, KubeSpanPeerStatus, (all) => [...all.values()].every(isUp));
    const out = await a.cosi('get', 'kubespanpeerstatuses');
    const [header, ...rows] = cellsOf(out);
    expect(header).toEqual(['NODE', 'NAMESPACE', 'TYPE', 'ID', 'VERSION', 'LABEL', 'ENDPOINT', 'STATE', 'RX', 'TX']);
    expect(rows).toHaveLength(2);
    for (const [node, namespace, type, id, version, label, endpoint, state, rx, tx] of rows) {
      expect([node, namespace, type, state]).toEqual(['10.11.0.1', 'kubespan', 'KubeSpanPeerStatus', 'up']);
      expect(`${label} ${endpoint}`).toMatch(/^node-b 10\.77\.0\.2:51820$|^node-c 10\.77\.0\.3:51820$/);
      expect([await peerKeys(a, label ?? '')]).toEqual([[id]]);
      for (const number of [version, rx, tx]) expect(Number(number)).toBeGreaterThan(0);
    }
    // To the character: each column as wide as its widest cell, three spaces apart, the last one open.
    expect(out).toBe(layOut([header ?? [], ...rows]));
  });

  test('has its device back when that dies', async () => {
    const [before] = await specsOf(b, LinkStatus);
    await lab.kill(b.machine, 'wireguard-go');
    await until(b, LinkStatus, (all) => all.size === 1 && all.get('kubespan')?.index !== before?.index);
    await b.machine.exec('ip', 'route', 'get', '10.9.9.9', 'mark', '0x40');
    await until(b, KubeSpanPeerStatus, (all) => all.size === 2 && [...all.values()].every(isUp));
    expect(await b.machine.exec('ping', '-c', '3', '-W', '5', '10.244.1.1')).toMatch(/[123] received/);
  });

  test('is taken over by the node that starts after a crash', async () => {
    await b.process.end('SIGKILL');
    expect(await b.machine.names()).toContain('wireguard-go');
    const [link] = JSON.parse(await b.machine.exec('ip', '-json', 'link', 'show', 'kubespan')) as { ifindex: number }[];
    b = await nodes.start(b.machine, { name: 'node-b' }, '--pod-cidr', '10.244.2.0/24', '--leave');
    await until(b, KubeSpanPeerStatus, (all) => all.size === 2 && [...all.values()].every(isUp));
    expect((await specsOf(b, LinkStatus))[0]?.index).toBe(link?.ifindex);
  });

  test('leaves the machine as it was while KubeSpan is off, and comes back', async () => {
    await a.configure({ enabled: false });
    await until(a, LinkStatus, (all) => all.size === 0);
    await until(a, KubeSpanPeerStatus, (all) => all.size === 0);
    await untilUntouched(a.machine);
    await a.configure({ enabled: true });
    await until(a, KubeSpanPeerStatus, (all) => all.size === 2 && [...all.values()].every(isUp));
  });

  test('loses a node that leaves, and no other', async () => {
    const [key = ''] = await peerKeys(a, 'node-c');
    expect(await c.process.end('SIGTERM')).toMatchObject({ code: 0 });
    await untilUntouched(c.machine);
    for (const node of [a, b]) {
      await until(node, KubeSpanPeerStatus, (all) => !all.has(key) && all.size === 1);
      expect(await node.machine.exec('ip', '-json', 'link', 'show', 'dev', 'kubespan')).toMatch(/"UP"/);
    }
  });

  test('leaves nothing behind', async () => {
    for (const node of [a, b]) {
      expect(await node.process.end('SIGTERM')).toMatchObject({ code: 0 });
      await untilUntouched(node.machine);
    }
  });

  async function peerKeys(node: LabNode, label: string): Promise<readonly string[]> {
    const all = await until(node, KubeSpanPeerSpec, (peers) =>
      [...peers.values()].some((peer) => peer.label === label),
    );
    return [...all].filter(([, peer]) => peer.label === label).map(([key]) => key);
  }
});

/** Bytes that came through the device of a node. */
async function received({ machine }: LabNode): Promise<number> {
  const out = await machine.exec('ip', '-json', '-statistics', 'link', 'show', 'dev', 'kubespan');
  const [link] = JSON.parse(out) as readonly { readonly stats64: { readonly rx: { readonly bytes: number } } }[];
  return link?.stats64.rx.bytes ?? 0;
}

/** Neither link, nor rule, nor route, nor firewall, nor process of ours. The kernel is asked until it is so. */
async function untilUntouched(machine: Machine): Promise<void> {
  const left = async (): Promise<string> => {
    const asked = [
      machine.exec('ip', '-brief', 'link').then((out) => out.includes('kubespan') && 'link'),
      machine.exec('ip', '-4', 'rule').then((out) => out.includes('180') && 'rule for IPv4'),
      machine.exec('ip', '-6', 'rule').then((out) => out.includes('180') && 'rule for IPv6'),
      machine.exec('ip', 'route', 'show', 'table', 'all').then((out) => /kubespan|table 180/.test(out) && 'route'),
      machine.exec('nft', 'list', 'ruleset').then((out) => out !== '' && 'firewall'),
      machine.names().then((names) => names.includes('wireguard-go') && 'process'),
    ];
    return (await Promise.all(asked)).filter((what) => what !== false).join();
  };
  while ((await left()) !== '') continue;
}
