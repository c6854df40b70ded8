import { MemoryState, collection } from '@cosi-ts/runtime';
import { realHost } from '@cosi-ts/core';
import { Member, ipAddressOf, typeRegistry } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import type { ClusterNode } from './cluster.ts';
import type { Convergence } from './convergence.ts';
import { LiveView, changeLine } from './display.ts';

const SPEC = {
  nodeId: 'id',
  addresses: [ipAddressOf('172.20.0.2')],
  hostname: 'h',
  machineType: 'worker',
  operatingSystem: 'Talos (v1.3.0)',
  controlPlane: undefined,
} as const;

async function node(members: number): Promise<ClusterNode> {
  const { clock, random } = realHost();
  const state = new MemoryState({ clock, random, types: typeRegistry() });
  const all = collection(state, Member);
  for (let index = 0; index < members; index += 1) await all.create(`m${index}`, SPEC);
  return { name: 'n', path: '/n', address: '172.20.0.2', node: { state } as unknown as ClusterNode['node'] };
}

function convergence(isComplete: boolean): Convergence {
  return { isComplete, progress: () => [{ node: 'n', members: isComplete ? 1 : 0 }] } as unknown as Convergence;
}

/** A terminal that only counts: the lines on it, and how far the cursor is taken back. */
function screen(columns: number | undefined, rows: number | undefined) {
  const writes: string[] = [];
  return { writes, sink: { isTerminal: true, columns, rows, write: (text: string) => void writes.push(text) } };
}

describe('the live view', () => {
  test('takes back exactly the lines it wrote', async () => {
    const { writes, sink } = screen(200, 24);
    const view = new LiveView(sink, [await node(1)]);
    await view.draw(convergence(false));
    await view.draw(convergence(true));
    await view.draw(convergence(true));
    expect(writes[0]).toBe('forming: 0 of 1 nodes see all 1 members\n');
    expect(writes[1]?.startsWith('\u001b[1A\u001b[JNODE')).toBe(true);
    expect(writes[2]?.startsWith('\u001b[2A\u001b[JNODE')).toBe(true);
  });

  test('shows no more than fits, and says so', async () => {
    const { writes, sink } = screen(200, 8);
    const view = new LiveView(sink, [await node(20)]);
    await view.draw(convergence(true));
    expect(writes[0]?.split('\n').at(-2)).toBe('… and 15 more');
    await view.draw(convergence(true));
    expect(writes[1]?.startsWith('\u001b[7A')).toBe(true);
  });

  test('does with a terminal of unknown size', async () => {
    const { writes, sink } = screen(undefined, undefined);
    const view = new LiveView(sink, [await node(1)]);
    await view.draw(convergence(false));
    await view.draw(convergence(false));
    expect(writes[1]?.startsWith('\u001b[1A')).toBe(true);
  });
});

test('a change is one line', () => {
  expect(changeLine({ node: 'a', member: 'b', spec: SPEC })).toBe('a: + b worker Talos (v1.3.0) ["172.20.0.2"]\n');
  expect(changeLine({ node: 'a', member: 'b', spec: undefined })).toBe('a: - b\n');
});
