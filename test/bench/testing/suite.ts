import type { Row, Suite } from '../suite.ts';
import { nodeHours } from './cluster-hours.ts';
import { linearize, scenarios, thousandPlans } from './scenario.ts';

const times = (name: string, per: string, measure: Row['measure']): Row => ({ name, per, unit: 'ns', measure });

/** The kit itself: what a user of it waits for. */
export const suite: Suite = {
  rows: [
    times('scenario', 'run', scenarios),
    times('plans-1000', 'campaign', thousandPlans),
    times('linearizable-1000x8', 'history', linearize),
    times('node-hour-5', 'node-hour', nodeHours(5, 400)),
    times('node-hour-50', 'node-hour', nodeHours(50, 10)),
  ],
};
