import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { NAMES, TTL, edit, startCluster, type ClusterNode } from './cluster.fixture.ts';

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

/** Every order of things that a few seeds give. */
function inEveryOrder(what: string, scenario: (sim: Simulation, nodes: readonly ClusterNode[]) => Promise<void>): void {
  test(what, async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { nodes } = await startCluster(sim, NAMES.slice(0, 3));
        await listing(sim, nodes, namesOf(nodes));
        await scenario(sim, nodes);
      });
    }
  });
}

describe('an operator', () => {
  inEveryOrder('who switches discovery off and restarts: no members there, one less elsewhere', async (sim, nodes) => {
    const [one, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
    await edit(one, withoutService);
    await one.sim.stop();
    await one.sim.start();
    await sim.advance(TTL / 2 - 2000);
    expect(one.members.size).toBe(0);
    await listing(sim, others, namesOf(nodes));
    await sim.advance(TTL / 2 + 3000);
    await listing(sim, others, namesOf(others));
  });

  inEveryOrder('who switches it off in a running node: the same, and back again', async (sim, nodes) => {
    const [one, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
    await edit(one, withoutService);
    await sim.advance('1s');
    expect(one.members.size).toBe(0);
    await sim.advance(TTL + 2000);
    await listing(sim, others, namesOf(others));
    await edit(one, withService);
    await listing(sim, nodes, namesOf(nodes));
  });

  inEveryOrder('who renames a node: the others know it by its new name alone', async (sim, nodes) => {
    const [one, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
    await edit(one, (text) => text.replace(`hostname: ${one.name}`, 'hostname: Renamed_One'));
    await listing(sim, nodes, ['renamed-one', ...namesOf(others)]);
  });

  inEveryOrder('who breaks a configuration: nothing happens, until it is right again', async (sim, nodes) => {
    const [one, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
    await edit(one, (text) => text.replace('machine:', 'machine: ['));
    await sim.advance(2 * TTL);
    await listing(sim, nodes, namesOf(nodes));
    await edit(one, (text) => text.replace('machine: [', 'machine:').replace(`hostname: ${one.name}`, 'hostname: two'));
    await listing(sim, nodes, ['two', ...namesOf(others)]);
  });

  inEveryOrder('who restarts a node: it is the same one', async (sim, nodes) => {
    const [one] = nodes as [ClusterNode];
    await one.sim.stop();
    await one.sim.start();
    await listing(sim, nodes, namesOf(nodes));
    expect(one.identities.size).toBe(1);
  });

  inEveryOrder('who wipes a node: it comes back as another one, under its name', async (sim, nodes) => {
    const [one] = nodes as [ClusterNode];
    await one.sim.stop();
    await one.sim.host.files.remove('/node/node-identity.yaml');
    await one.sim.start();
    await sim.advance(TTL + 2000);
    await listing(sim, nodes, namesOf(nodes));
    const [, second] = [...one.identities];
    for (const { members } of nodes) expect(members.get(one.name)).toBe(second);
  });
});

function withoutService(text: string): string {
  return text.replace('service:\n                disabled: false', 'service:\n                disabled: true');
}

function withService(text: string): string {
  return text.replace('service:\n                disabled: true', 'service:\n                disabled: false');
}

async function listing(sim: Simulation, nodes: readonly ClusterNode[], names: readonly string[]): Promise<void> {
  const expected = [...names].sort().join();
  const isSo = (): boolean => nodes.every(({ members }) => [...members.keys()].sort().join() === expected);
  await sim.until(`all list ${expected}`, isSo, { within: '5s' });
}

function namesOf(nodes: readonly ClusterNode[]): readonly string[] {
  return nodes.map(({ name }) => name);
}
