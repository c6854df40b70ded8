/**
 * One cycle for each knot of a graph (a strongly connected component, or a node that is its own successor).
 * @param next the successors of each node
 */
export function cyclesOf(next: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const done = new Set<string>();
  for (const node of next.keys()) {
    if (done.has(node)) continue;
    const cycle = shortestCycle(node, next);
    if (cycle === undefined) continue;
    found.push(cycle);
    for (const other of knotOf(node, next)) done.add(other);
  }
  return found;
}

/** The shortest way from a node back to itself. */
function shortestCycle(start: string, next: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const before = new Map<string, string>();
  const line = [start];
  for (const node of line) {
    for (const successor of next.get(node) ?? []) {
      if (successor === start) return pathTo(node, start, before);
      if (before.has(successor)) continue;
      before.set(successor, node);
      line.push(successor);
    }
  }
  return undefined;
}

function pathTo(end: string, start: string, before: ReadonlyMap<string, string>): readonly string[] {
  const path = [end];
  for (let node = end; node !== start;) {
    node = before.get(node) ?? start;
    path.unshift(node);
  }
  return path;
}

/** Everything that a node reaches and that reaches it. */
function knotOf(node: string, next: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...reachable(node, next)].filter((other) => reachable(other, next).has(node));
}

function reachable(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const node of reached) for (const successor of next.get(node) ?? []) reached.add(successor);
  return reached;
}
