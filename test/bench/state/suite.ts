import type { Row, Suite } from '../suite.ts';
import * as floor from './floor.ts';
import * as least from './least.ts';
import * as operations from './operations.ts';
import * as watches from './watches.ts';

const times = (name: string, per: string, target: number | undefined, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'ns',
  ...(target !== undefined && { target }),
  measure,
});

/** What the engine itself takes for as much as has to be done, beside the same row of the reference. */
const floorOf = (as: string, measure: Row['measure']): Row => ({
  name: `floor of ${as}`,
  as,
  per: 'call',
  unit: 'ns',
  measure,
});

/** The least program that keeps the same promises for this one type. */
const leastOf = (as: string, measure: Row['measure']): Row => ({ ...floorOf(as, measure), name: `least of ${as}` });

export const suite: Suite = {
  reference: 'go',
  // The engine goes on compiling through the first two or three.
  samples: 10,
  rows: [
    times('get', 'get', 3, operations.get),
    times('list-1k', 'call', undefined, operations.list(1_000)),
    times('list-10k', 'call', 50, operations.list(10_000)),
    times('list-100k', 'call', 50, operations.list(100_000)),
    times('list-10k-by-label', 'call', 10, operations.list(10_000, operations.byLabel)),
    times('create-100k', 'create', 0.8, operations.create),
    times('update', 'update', 0.8, operations.update),
    times('update-stale', 'update', 1, operations.updateStale),
    times('update-with-conflicts', 'update', 0.8, operations.updateWithConflicts),
    times('modify-noop', 'modify', 1.2, operations.modifyNoop),
    times('teardown', 'teardown', 2, operations.teardown),
    times('destroy', 'destroy', 0.8, operations.destroy),
    { name: 'heap-10k', per: 'resource', unit: 'B', target: 1, measure: operations.heap(10_000) },
    { name: 'heap-100k', per: 'resource', unit: 'B', target: 1, measure: operations.heap(100_000) },
    times('latency-1', 'event', undefined, watches.latency(1)),
    times('latency-100', 'event', undefined, watches.latency(100)),
    times('latency-1000', 'event', 3, watches.latency(1_000)),
    times('latency-10000', 'event', undefined, watches.latency(10_000)),
    times('deliveries-1', 'delivery', 0.8, watches.deliveries(1)),
    times('deliveries-100', 'delivery', 10, watches.deliveries(100)),
    times('deliveries-1000', 'delivery', 10, watches.deliveries(1_000)),
    times('deliveries-10000', 'delivery', 10, watches.deliveries(10_000)),
    times('bootstrap-100k', 'resource', 20, watches.bootstrap),
    floorOf('get', floor.get),
    floorOf('create-100k', floor.create),
    floorOf('update', floor.update),
    floorOf('destroy', floor.destroy),
    leastOf('create-100k', least.create),
    leastOf('update', least.update),
  ],
};
