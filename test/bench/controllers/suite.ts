import type { Row, Suite } from '../suite.ts';
import * as chain from './chain.ts';
import * as cluster from './cluster.ts';

const time = (name: string, per: string, target: number | undefined, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'ns',
  ...(target !== undefined && { target }),
  measure,
});

export const suite: Suite = {
  reference: 'go',
  rows: [
    time('wake-up', 'change', 1, chain.change(1, 1, 5_000)),
    time('chain-10', 'change', 1.5, chain.change(10, 1, 2_000)),
    time('chain-50', 'change', 1.5, chain.change(50, 1, 1_000)),
    time('converge-1k', 'input', 1, chain.converge(1_000)),
    time('converge-10k', 'input', 1, chain.converge(10_000)),
    time('converge-100k', 'input', 1, chain.converge(100_000)),
    time('change-100', 'change', 2, chain.change(1, 100, 5_000)),
    time('change-1k', 'change', 2, chain.change(1, 1_000, 5_000)),
    time('change-10k', 'change', 2, chain.change(1, 10_000, 5_000)),
    // The reference's queue style takes minutes to converge on so many.
    { ...time('change-100k', 'change', undefined, chain.change(1, 100_000, 5_000)), isAlone: true },
    time('merge-change-100', 'change', undefined, cluster.change(100, 2_000)),
    time('merge-change-1k', 'change', undefined, cluster.change(1_000, 2_000)),
    time('merge-change-10k', 'change', undefined, cluster.change(10_000, 2_000)),
    time('merge-change-100k', 'change', undefined, cluster.change(100_000, 2_000)),
    time('merge-cold-10k', 'cluster', 1, cluster.cold(10_000)),
    time('merge-cold-100k', 'cluster', 1, cluster.cold(100_000)),
    time('merge-live-10k', 'cluster', undefined, cluster.live(10_000)),
    { name: 'merge-writes', per: 'change', unit: 'n', isAlone: true, measure: cluster.writes(1_000, 100) },
    {
      name: 'merge-reconciles',
      per: 'change',
      unit: 'n',
      isAlone: true,
      measure: cluster.reconciles(1_000, 100),
    },
    { ...time('merge-loop-delay', 'p99', undefined, cluster.loopDelay(100_000)), isAlone: true },
    { ...time('merge-slowest-get', 'call', undefined, cluster.slowestGet(100_000)), isAlone: true },
    { name: 'merge-peak-100k', per: 'process', unit: 'B', target: 1, measure: cluster.peak(100_000) },
  ],
};
