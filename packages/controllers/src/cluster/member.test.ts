import { Affiliate, Member } from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A, B, P1, X, runControllers, type Running } from '../controllers.fixture.ts';
import { affiliateOf } from './affiliate.fixture.ts';
import { memberController } from './member.ts';
import { confirmation } from './unconfirmed.ts';

test('TestReconcileDefault', async () => {
  await simulate({}, async (sim) => {
    const node = runControllers(sim.node('node'), [memberController]);
    const affiliates = node.of(Affiliate);
    await affiliates.create(
      A,
      affiliateOf(A, {
        hostname: 'foo.com',
        nodename: 'bar',
        machineType: 'controlplane',
        operatingSystem: 'Talos (v1.0.0)',
        addresses: ['192.168.3.4'],
        kubespan: { publicKey: P1 },
        controlPlane: { port: 6443 },
      }),
    );
    const worker = { hostname: 'worker-1', nodename: 'worker-1', machineType: 'worker' } as const;
    await affiliates.create(B, affiliateOf(B, { ...worker, addresses: ['192.168.3.5'] }));
    await affiliates.create(X, affiliateOf(X, { addresses: ['192.168.3.6'] }));
    await sim.settle();
    expect(await node.ids(Member)).toEqual(['bar', 'worker-1']);
    expect(await node.spec(Member, 'bar')).toEqual({
      nodeId: A,
      addresses: ['192.168.3.4'],
      hostname: 'foo.com',
      machineType: 'controlplane',
      operatingSystem: 'Talos (v1.0.0)',
      controlPlane: { port: 6443 },
    });
    expect(await node.spec(Member, 'worker-1')).toMatchObject({ nodeId: B, machineType: 'worker' });
    await node.remove(Affiliate, B);
    await sim.settle();
    expect(await node.ids(Member)).toEqual(['bar']);
    // Another name is another member.
    await affiliates.modify(A, (draft) => void (draft.nodename = 'renamed'));
    await sim.settle();
    expect(await node.ids(Member)).toEqual(['renamed']);
  });
});

describe('of two affiliates with one node name', () => {
  test('the one that was first seen last is the member', async () => {
    await withConflict(async ({ see, member }) => {
      await see('b');
      await see('a');
      expect(await member()).toBe('a');
      await see('c');
      expect(await member()).toBe('c');
    });
  });

  test('of those seen at the same time, the one with the greater id', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), [memberController]);
      for (const id of ['b', 'c', 'a']) await node.of(Affiliate).create(id, affiliateOf(id, { nodename: 'n' }));
      await sim.settle();
      expect((await node.spec(Member, 'n'))?.nodeId).toBe('c');
    });
  });

  test('a confirmed one is, whatever was seen later, until the other is confirmed too', async () => {
    await withConflict(async ({ see, member, confirm }) => {
      await see('a');
      await see('b', true);
      expect(await member()).toBe('a');
      await confirm('b');
      expect(await member()).toBe('b');
    });
  });

  test('the other is once that is gone', async () => {
    await withConflict(async ({ node, see, member }) => {
      await see('b');
      await see('a');
      await node.remove(Affiliate, 'a');
      expect(await member()).toBe('b');
    });
  });

  test('neither of them writes the member again and again', async () => {
    await withConflict(async ({ node, see, member }) => {
      await see('a');
      await see('b');
      await member();
      const { version } = (await node.of(Member).get('n')).metadata;
      for (let round = 0; round < 10; round += 1) {
        await node.of(Affiliate).modify('a', (draft) => void (draft.hostname = `a${round}`));
        await member();
      }
      expect((await node.of(Member).get('n')).metadata.version).toBe(version);
      await node.of(Affiliate).modify('b', (draft) => void (draft.hostname = 'b'));
      expect(await member()).toBe('b');
      expect((await node.spec(Member, 'n'))?.hostname).toBe('b');
    });
  });
});

interface Conflict {
  readonly node: Running;
  /** An affiliate appears, later than the one before. */
  see(id: string, isUnconfirmed?: boolean): Promise<void>;
  confirm(id: string): Promise<void>;
  /** The node id of the member. */
  member(): Promise<string | undefined>;
}

async function withConflict(scenario: (conflict: Conflict) => Promise<void>): Promise<void> {
  await simulate({}, async (sim: Simulation) => {
    const node = runControllers(sim.node('node'), [memberController]);
    const put = async (id: string, isUnconfirmed: boolean): Promise<void> => {
      await sim.advance(10);
      const annotations = confirmation(isUnconfirmed);
      await node.of(Affiliate).set(id, affiliateOf(id, { nodename: 'n' }), { annotations });
    };
    await scenario({
      node,
      see: (id, isUnconfirmed = false) => put(id, isUnconfirmed),
      confirm: (id) => put(id, false),
      member: async () => {
        await sim.settle();
        return (await node.spec(Member, 'n'))?.nodeId;
      },
    });
  });
}
