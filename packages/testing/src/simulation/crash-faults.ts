import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** Crashes that a run may see by itself: with no bound, a start that is longer than the time between two never ends. */
const MOST = 5;

/** Milliseconds until a crashed node is started again. */
const DOWN = [1_000, 1, 30_000, 120_000];

/** Milliseconds until a start that failed is tried again. */
const RETRY = 1_000;

/**
 * Lets running nodes crash, and come back after a while.
 * @param crash ends a node as a crash does
 * @returns what is asked before each step
 */
export function crashFaults(
  world: World,
  nodes: ReadonlyMap<string, SimNode>,
  crash: (node: SimNode) => void,
): () => void {
  const supervisor = { name: '', ended: false };
  let left = MOST;

  const startIn = (millis: number, node: SimNode): void => {
    const run = (): void => {
      if (!node.isRunning) node.start().catch((thrown: unknown) => failed(node, thrown));
    };
    world.after(millis, { life: supervisor, label: `start ${node.name} again`, run });
  };

  const failed = (node: SimNode, thrown: unknown): void => {
    // A disk that fails may keep a node from starting; without one, nothing may.
    if (world.faults.disk > 0) startIn(RETRY, node);
    else world.failure ??= { thrown };
  };

  return () => {
    if (left === 0) return;
    const running = [...nodes.values()].filter(({ isRunning }) => isRunning);
    const node = running[world.tape.choose('crash', running.length + 1, world.faults.crash) - 1];
    if (node === undefined) return;
    left -= 1;
    crash(node);
    startIn(DOWN[world.tape.choose('down', DOWN.length)] ?? RETRY, node);
  };
}
