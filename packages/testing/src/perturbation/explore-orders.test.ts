import { defineResource, int32, type DeclaredType, type SpecOf } from '@cosi-ts/resources';
import { collection, defineController, exclusive, shared, weak, type Controller, type State } from '@cosi-ts/runtime';
import { describe, expect, test, vi } from 'vitest';
import { assertOrderless, exploreOrders, OrderError } from './explore-orders.ts';

const sized = { size: int32(1) };
interface SizedSpec extends SpecOf<typeof sized> {}
const kind = (type: string): DeclaredType<SizedSpec> =>
  defineResource({ type: `${type}.test.dev`, namespace: 'default', fields: sized });
const [Claim, Volume, Report] = [kind('Claims'), kind('Volumes'), kind('Reports')];

const create =
  (id: string, size: number) =>
  (state: State): Promise<unknown> =>
    collection(state, Claim).create(id, { size });

/** Whoever comes first has the volume; the other is content with that. */
const claimant = (name: string, size: number): Controller =>
  defineController({
    name,
    ports: { claims: weak(Claim), volumes: shared(Volume) },
    async reconcile({ claims, volumes }) {
      for (const { metadata } of await claims.list()) {
        if ((await volumes.find(metadata.id)) !== undefined) continue;
        await volumes.create(metadata.id, { size }).catch(() => undefined);
      }
    },
  });

/** Says `flip - size` of what the other says of x, or that of 0. */
const following = (from: DeclaredType<SizedSpec>, to: DeclaredType<SizedSpec>, flip: 0 | 1): Controller =>
  defineController({
    name: `${from.type}-${flip}`,
    ports: { from: weak(from), to: exclusive(to) },
    changeRate: { rate: 1, burst: 1 },
    async reconcile({ from, to }) {
      await to.set('x', { size: Math.abs(flip - ((await from.find('x'))?.spec.size ?? 0)) });
    },
  });

describe('every order in small scope', () => {
  test('a race has two ends, and the smallest pair of schedules that shows it', async () => {
    const report = await exploreOrders(() => [claimant('fast', 1), claimant('slow', 2)], { steps: [create('a', 1)] });
    expect(report).toMatchObject({ isComplete: true, convergedStates: 2, oscillations: [], failures: [] });
    expect(report.divergence?.one.deviations).toBe(0);
    expect(report.divergence?.other.deviations).toBe(1);
    expect(report.divergence?.differences.join()).toMatch(/spec size is 2, undisturbed it is 1/);
    expect(report.divergence?.other.story()).toMatch(/goes first, ahead of 1 in line/);
  });

  test('an order that leads elsewhere is told with a line that makes it again', async () => {
    const controllers = () => [claimant('fast', 1), claimant('slow', 2)];
    const steps = [create('a', 1)];
    const told = (): Promise<unknown> =>
      assertOrderless(controllers, { steps }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    const found = await told();
    if (!(found instanceof OrderError)) throw new Error('no order was found');
    expect(found.message).toMatch(/^the order decides: 2 different ends in \d+ orders\n/);
    const [, line = ''] = /COSI_REPLAY='(.*)'/.exec(found.message) ?? [];
    expect(line).toMatch(/^seed=0 tape=3,0\*3,1 kit=\S+ node=\S+$/);
    vi.stubEnv('COSI_REPLAY', line);
    const again = await told();
    vi.unstubAllEnvs();
    if (!(again instanceof OrderError)) throw new Error('it was not made again');
    expect(again.report.runs).toBe(2);
    expect(again.message).toBe(found.message.replace(/in \d+ orders/, 'in 2 orders'));
  });

  test('controllers that follow the state have one', async () => {
    const reports = defineController({
      name: 'reports',
      ports: { volumes: weak(Volume), reports: exclusive(Report) },
      async reconcile({ volumes, reports }) {
        for (const { metadata, spec } of await volumes.list()) await reports.set(metadata.id, { size: spec.size });
      },
    });
    const volumes = defineController({
      name: 'volumes',
      ports: { claims: weak(Claim), volumes: exclusive(Volume) },
      async reconcile({ claims, volumes }) {
        for (const { metadata, spec } of await claims.list()) await volumes.set(metadata.id, { size: spec.size });
      },
    });
    const report = await exploreOrders(() => [reports, volumes], { steps: [create('a', 1)] });
    expect(report).toMatchObject({ isComplete: true, convergedStates: 1, divergence: undefined, failures: [] });
    expect(report.runs).toBeGreaterThan(50);
  });

  test('who undoes what the other does never comes to rest', async () => {
    const steps = [create('x', 0)];
    const buggy = (): Controller[] => [following(Volume, Report, 0), following(Report, Volume, 1)];
    const fixed = (): Controller[] => [following(Volume, Report, 0), following(Report, Volume, 0)];
    const report = await exploreOrders(buggy, { steps }, { runs: 10 });
    expect(report).toMatchObject({ isComplete: false, runs: 10, convergedStates: 0 });
    expect(report.oscillations).toHaveLength(10);
    await expect(assertOrderless(buggy, { steps }, { runs: 1 })).rejects.toThrow(
      /^in some order the controllers never rest/,
    );
    await assertOrderless(fixed, { steps }, { deviations: 1 });
  });

  test('an invariant that some order breaks is told', async () => {
    const report = await exploreOrders(() => [claimant('fast', 1), claimant('slow', 2)], {
      steps: [create('a', 1)],
      invariant: async (state) => {
        const volume = await collection(state, Volume).find('a');
        if (volume?.spec.size === 2) throw new Error('the slow one was first');
      },
    });
    expect(report.failures[0]).toMatchObject({
      reason: 'an invariant did not hold: the slow one was first',
      schedule: { deviations: 1 },
    });
  });
});
