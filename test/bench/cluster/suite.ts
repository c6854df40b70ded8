import type { Row, Suite } from '../suite.ts';
import { change, converge } from './pipeline.ts';

const times = (name: string, per: string, measure: Row['measure']): Row => ({ name, per, unit: 'ns', measure });

/** A whole node, from what the service tells to members and peers. What one change costs does not grow with the cluster. */
export const suite: Suite = {
  rows: [
    times('change-of-100', 'change', change(100)),
    times('change-of-1000', 'change', change(1_000)),
    times('change-of-10000', 'change', change(10_000)),
    times('converge-100', 'affiliate', converge(100)),
    times('converge-1000', 'affiliate', converge(1_000)),
    times('converge-10000', 'affiliate', converge(10_000)),
  ],
};
