import { simulate } from '@cosi-ts/testing';
import { edit, startCluster } from '../../simulation/cluster.fixture.ts';
import { begin, type Sample } from '../clock.ts';

/** Milliseconds for which what a node says of itself is valid, by default. */
const TTL = 30 * 60_000;
const HOURS = 20;

/** Node-hours of a simulated cluster with its discovery service; each node's configuration changes once in an hour. */
export function nodeHours(count: number): () => Promise<Sample> {
  return async () => {
    const names = Array.from({ length: count }, (_, index) => `node-${index}`);
    // The clock is looked at from outside: within, that is an escape.
    const watch = begin();
    await simulate({ seed: 1 }, async (sim) => {
      const { nodes } = await startCluster(sim, names, { ttl: TTL, kubespan: false });
      const isComplete = (): boolean => nodes.every(({ members }) => members.size === count);
      await sim.until('all list all', isComplete, { within: '5m' });
      for (let hour = 0; hour < HOURS; hour += 1) {
        for (const [index, node] of nodes.entries()) {
          const [address, other] = [`172.20.0.${index + 2}/24`, `172.21.0.${index + 2}/24`];
          await edit(node, (text) =>
            text.includes(address) ? text.replace(address, other) : text.replace(other, address),
          );
          await sim.advance(3_600_000 / count);
        }
      }
      if (!isComplete()) throw new Error('a member was lost');
    });
    const sample = watch.perOp(HOURS * count);
    return { ...sample, details: { 'node-hours a second': (1e9 / sample.value).toFixed(0) } };
  };
}
