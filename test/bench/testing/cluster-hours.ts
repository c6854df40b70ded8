import { simulate } from '@cosi-ts/testing';
import { edit, startCluster } from '../../simulation/cluster.fixture.ts';
import { begin, type Sample } from '../clock.ts';

/** What nodes and the service do by default, in milliseconds: the fixture's are shorter. */
const DEFAULTS = { ttl: 30 * 60_000, gcInterval: 60_000 };
/** `hours` hours of a simulated cluster with its discovery service; each node's configuration changes once in an hour. */
export function nodeHours(count: number, hours: number): () => Promise<Sample> {
  return async () => {
    const names = Array.from({ length: count }, (_, index) => (index < 3 ? `node-${index}` : `node-worker-${index}`));
    // The clock is looked at from outside: within, that is an escape.
    const watch = begin();
    await simulate({ seed: 1 }, async (sim) => {
      const { nodes } = await startCluster(sim, names, { ...DEFAULTS, kubespan: false });
      const isComplete = (): boolean => nodes.every(({ members }) => members.size === count);
      await sim.until('all list all', isComplete, { within: '5m' });
      for (let hour = 0; hour < hours; hour += 1) {
        for (const [index, node] of nodes.entries()) {
          await edit(node, (text) => edited(text, `172.21.0.${index + 2}/24`, hour));
          await sim.advance(3_600_000 / count);
        }
      }
      if (!isComplete()) throw new Error('a member was lost');
    });
    const sample = watch.perOp(hours * count);
    return { ...sample, details: { 'node-hours a second': (1e9 / sample.value).toFixed(0) } };
  };
}

/** With the address if it lacked it, else without; never a text that was there before. */
function edited(text: string, address: string, hour: number): string {
  const line = `                  - ${address}\n`;
  const base = text.includes(line)
    ? text.replace(line, '')
    : text.replace(/ +- 172\.20\..*\n/, (first) => first + line);
  return base.replace(/(# edit \d+\n)?$/, `# edit ${hour}\n`);
}
