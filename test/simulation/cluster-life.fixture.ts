import type { Simulation } from '@cosi-ts/testing';
import { expect } from 'vitest';
import { NAMES, TTL, startCluster, untilDiskWorks, type Cluster, type ClusterNode } from './cluster.fixture.ts';

/** The longest silence until a broken connection is noticed, and the longest pause until the next try. */
const HEALED = '4m';

/** A cluster's life with all that may go wrong: its nodes find each other, and lose who goes. */
export async function liveThrough(sim: Simulation): Promise<void> {
  const cluster = await startCluster(sim);
  await disturb(sim, cluster);
  sim.quiet();
  await converge(sim, cluster.nodes);
  await sim.advance(HEALED);
  expectAll(cluster.nodes, cluster.nodes);
  if (sim.choose('how one goes', 2) === 0) await leaveAndReturn(sim, cluster);
  else await die(sim, cluster);
}

/** Nodes, and the service, are dropped and come back on the same disk. */
async function disturb(sim: Simulation, { nodes, service }: Cluster): Promise<void> {
  const all = [...nodes.map((node) => node.sim), service];
  for (let round = 0; round < 3; round += 1) {
    await sim.advance(sim.choose('pause', 4) * 400);
    const victim = all[sim.choose('who', all.length)];
    if (victim?.isRunning !== true) continue;
    sim.crash(victim);
    await sim.advance(sim.choose('down', 3) * 300);
    if (!victim.isRunning) await untilDiskWorks(() => sim.restart(victim));
  }
}

/** A node that says goodbye is gone at once, and is itself when it comes back. */
async function leaveAndReturn(sim: Simulation, { nodes }: Cluster): Promise<void> {
  const { leaver, others } = pick(sim, nodes);
  await leaver.node.leave();
  await sim.until('it is gone', () => others.every(({ members }) => !members.has(leaver.name)), { within: 10 });
  await leaver.sim.stop();
  await sim.advance('5s');
  expectAll(others, others);
  await leaver.sim.start();
  await converge(sim, nodes);
}

/** A node that dies without a word is a member until its time is over. */
async function die(sim: Simulation, { nodes }: Cluster): Promise<void> {
  const { leaver, others } = pick(sim, nodes);
  sim.crash(leaver.sim);
  await sim.advance(TTL / 2 - 2000);
  expectAll(others, nodes);
  await sim.advance(TTL / 2 + 4000);
  expectAll(others, others);
}

function pick(sim: Simulation, nodes: readonly ClusterNode[]) {
  const leaver = nodes[sim.choose('who goes', nodes.length)] as ClusterNode;
  return { leaver, others: nodes.filter((node) => node !== leaver) };
}

async function converge(sim: Simulation, nodes: readonly ClusterNode[]): Promise<void> {
  const isComplete = (): boolean => nodes.every(({ members }) => members.size === NAMES.length);
  await sim.until('all list all', isComplete, { within: '15m' });
  expectAll(nodes, nodes);
}

/** Each of these lists just those, under the identity that each has had from the beginning. */
function expectAll(nodes: readonly ClusterNode[], listed: readonly ClusterNode[]): void {
  for (const { name, identities } of listed) expect([name, identities.size]).toEqual([name, 1]);
  const expected = new Map(listed.map(({ name, identities }) => [name, [...identities][0]]));
  for (const { members } of nodes) expect(members).toEqual(expected);
}
