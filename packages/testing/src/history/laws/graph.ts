/** That one thing happened before another, and why. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** The law that says so; empty for what simply was so. */
  readonly law: string;
  readonly why: string;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly law: string;
  readonly why: string;
}

/** What must have happened before what. A history that can be has no cycle. */
export class OrderGraph {
  readonly #names: string[] = [];
  readonly #out: Edge[][] = [];
  readonly #in: Edge[][] = [];

  node(name: string): number {
    this.#names.push(name);
    this.#out.push([]);
    this.#in.push([]);
    return this.#names.length - 1;
  }

  /** `from` happened before `to`. */
  edge(from: number, to: number, law = '', why = ''): void {
    const edge: Edge = { from, to, law, why };
    this.#out[from]?.push(edge);
    this.#in[to]?.push(edge);
  }

  /** Everything that happened after a node. */
  after(node: number): ReadonlySet<number> {
    return reach(node, (at) => this.#out[at] ?? [], 'to');
  }

  /** Everything that happened before a node. */
  before(node: number): ReadonlySet<number> {
    return reach(node, (at) => this.#in[at] ?? [], 'from');
  }

  /** A cycle, as the reasons along it; undefined if there is none. */
  cycle(): readonly Step[] | undefined {
    const left = this.#in.map((edges) => edges.length);
    const free = left.flatMap((count, node) => (count === 0 ? [node] : []));
    let done = 0;
    for (let node = free.pop(); node !== undefined; node = free.pop()) {
      done += 1;
      for (const { to } of this.#out[node] ?? []) {
        left[to] = (left[to] ?? 0) - 1;
        if (left[to] === 0) free.push(to);
      }
    }
    if (done === left.length) return undefined;
    const edges = this.#shortestCycle((node) => (left[node] ?? 0) > 0);
    return edges.map(({ from, to, law, why }) => ({ law, why, from: this.#nameOf(from), to: this.#nameOf(to) }));
  }

  /** Among nodes that were never free, some lie on cycles: the shortest through the first ones is shown. */
  #shortestCycle(isLeft: (node: number) => boolean): readonly Edge[] {
    let best: readonly Edge[] = [];
    let tries = 0;
    for (let node = 0; node < this.#names.length && tries < 200; node += 1) {
      if (!isLeft(node)) continue;
      tries += 1;
      const found = this.#wayBack(node, isLeft);
      if (found !== undefined && (best.length === 0 || found.length < best.length)) best = found;
    }
    return best;
  }

  #nameOf(node: number): string {
    return this.#names[node] ?? '';
  }

  #wayBack(start: number, isLeft: (node: number) => boolean): readonly Edge[] | undefined {
    const came = new Map<number, Edge>();
    let frontier = [start];
    while (frontier.length > 0) {
      const next: number[] = [];
      for (const node of frontier) {
        for (const edge of this.#out[node] ?? []) {
          if (!isLeft(edge.to) || came.has(edge.to)) continue;
          came.set(edge.to, edge);
          if (edge.to === start) return wayTo(start, came);
          next.push(edge.to);
        }
      }
      frontier = next;
    }
    return undefined;
  }
}

function reach(start: number, edges: (node: number) => readonly Edge[], end: 'from' | 'to'): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const edge of edges(node)) {
      const next = edge[end];
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}

function wayTo(start: number, came: ReadonlyMap<number, Edge>): readonly Edge[] {
  const way: Edge[] = [];
  let node = start;
  do {
    const edge = came.get(node);
    if (edge === undefined) break;
    way.unshift(edge);
    node = edge.from;
  } while (node !== start);
  return way;
}
