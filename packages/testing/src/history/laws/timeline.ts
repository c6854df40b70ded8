import type { History, Operation } from '../history.ts';
import type { OrderGraph } from './graph.ts';

/** The moments of a history as nodes, one after the other. */
export class Timeline {
  readonly #graph: OrderGraph;
  readonly #nodes = new Map<number, number>();

  constructor(graph: OrderGraph, { operations, watches }: History) {
    this.#graph = graph;
    const moments = new Set<number>();
    for (const { called, returned } of operations) moments.add(called).add(returned ?? called);
    for (const { called, opened, batches, caughtUp } of watches) {
      moments.add(called).add(opened ?? called);
      for (const moment of caughtUp) moments.add(moment);
      for (const { at } of batches) moments.add(at);
    }
    let last: number | undefined;
    for (const moment of [...moments].sort((a, b) => a - b)) {
      const node = graph.node(`moment ${moment}`);
      this.#nodes.set(moment, node);
      if (last !== undefined) graph.edge(last, node);
      last = node;
    }
  }

  /** It happened while an operation was under way. */
  during(node: number, { called, returned }: Operation): void {
    this.after(node, called);
    if (returned !== undefined) this.before(node, returned);
  }

  after(node: number, moment: number, law = '', why = ''): void {
    const from = this.#nodes.get(moment);
    if (from !== undefined) this.#graph.edge(from, node, law, why);
  }

  before(node: number, moment: number, law = '', why = ''): void {
    const to = this.#nodes.get(moment);
    if (to !== undefined) this.#graph.edge(node, to, law, why);
  }
}
