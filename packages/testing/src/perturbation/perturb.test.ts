import type { Files } from '@cosi-ts/core';
import { defineResource, int32, type DeclaredType, type SpecOf } from '@cosi-ts/resources';
import { collection, defineController, exclusive, weak, type Controller, type State } from '@cosi-ts/runtime';
import { expect, test, vi } from 'vitest';
import { LivelockError } from './livelock.ts';
import { assertUnperturbed, perturb, ReferenceError } from './perturb.ts';
import { reconcileEventuallyAndStably } from './reconcile.ts';
import type { Scenario } from './scenario.ts';

const sized = { size: int32(1) };
interface SizedSpec extends SpecOf<typeof sized> {}
const kind = (type: string): DeclaredType<SizedSpec> =>
  defineResource({ type: `${type}.test.dev`, namespace: 'default', fields: sized });
const [Ask, Made, Done] = [kind('Asks'), kind('Mades'), kind('Dones')];

const ports = { asks: weak(Ask), mades: exclusive(Made), dones: exclusive(Done) } as const;

/** Says that it is done, and does it then. */
const hasty = defineController({
  name: 'hasty',
  ports,
  async reconcile({ asks, mades, dones }) {
    for (const { metadata, spec } of await asks.list()) {
      if ((await dones.find(metadata.id))?.spec.size === spec.size) continue;
      await dones.set(metadata.id, { size: spec.size });
      await mades.set(metadata.id, { size: spec.size });
    }
  },
});

const careful = defineController({
  name: 'careful',
  ports,
  async reconcile({ asks, mades, dones }) {
    for (const { metadata, spec } of await asks.list()) {
      await mades.set(metadata.id, { size: spec.size });
      await dones.set(metadata.id, { size: spec.size });
    }
  },
});

const steps = [
  (state: State) => collection(state, Ask).create('a', { size: 1 }),
  (state: State) => collection(state, Ask).set('a', { size: 2 }),
];
const scenarioOf = (controller: Controller, more: Partial<Scenario> = {}): Scenario => ({
  controllers: () => [controller],
  steps,
  ...more,
});

test('every kind of plan strikes, and what nothing follows from is left out', async () => {
  // It makes nothing of a teardown.
  const idle = (state: State): Promise<unknown> => collection(state, Ask).teardown('a');
  const { struck, pruned, failures } = await perturb(scenarioOf(careful, { steps: [...steps, idle] }));
  expect(failures).toEqual([]);
  expect(struck).toBeGreaterThan(15);
  expect(pruned).toBeGreaterThan(0);
});

test('each plan that fails becomes a test file, which holds the plan and why', async () => {
  const written = new Map<string, string>();
  const files: Pick<Files, 'makeDirectory' | 'create'> = {
    makeDirectory: () => Promise.resolve(),
    create: (path) =>
      Promise.resolve({
        start: 0,
        write: (bytes) => Promise.resolve(void written.set(path, new TextDecoder().decode(bytes))),
        sync: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  };
  const regressions = { directory: 'kept', scenario: { module: './hasty.ts', name: 'scenario' } };
  const report = await perturb(scenarioOf(hasty), { regressions, files });
  expect(report.failures.length).toBeGreaterThan(0);
  expect([...written.keys()]).toEqual(report.written);
  const [path, text = ''] = [...written][0] ?? [];
  expect(path).toBe('kept/scenario.crash-hasty-3.test.ts');
  expect(text).toContain(`import { scenario } from './hasty.ts';`);
  expect(text).toContain(`test('crash of "hasty" after its write 3', async () => {`);
  expect(text).toContain(`plans: [{"kind":"crash","controller":"hasty","write":3}]`);
  expect(text).toContain(' * Mades.test.dev(default/a): spec size is 1, undisturbed it is 2');
});

test('a plan is replayed from the environment, alone', async () => {
  vi.stubEnv('COSI_REPLAY', 'plan={"kind":"crash","controller":"hasty","write":3}');
  const { struck, failures } = await perturb(scenarioOf(hasty));
  vi.unstubAllEnvs();
  expect([struck, failures.length]).toEqual([1, 1]);
});

test('what must always hold is asked about every change', async () => {
  const shrinks: Scenario['invariant'] = (_state, { before, after } = { before: undefined, after: undefined }) => {
    if (before === undefined || after === undefined) return;
    const [was, is] = [before.spec as SizedSpec, after.spec as SizedSpec];
    if (is.size < was.size) throw new Error(`it shrank from ${was.size} to ${is.size}`);
  };
  const down = (state: State) => collection(state, Ask).set('a', { size: 1 });
  const failing = perturb(scenarioOf(careful, { steps: [...steps, down], invariant: shrinks }));
  await expect(failing).rejects.toThrow(ReferenceError);
  await expect(failing).rejects.toThrow('it shrank from 2 to 1');
  await assertUnperturbed(scenarioOf(careful, { invariant: shrinks }));
});

/** Wants the opposite of what the other says. */
const up = defineController({
  name: 'up',
  ports: { dones: weak(Done), mades: exclusive(Made) },
  changeRate: { rate: 1, burst: 1 },
  async reconcile({ dones, mades }) {
    await mades.set('x', { size: 1 - ((await dones.find('x'))?.spec.size ?? 0) });
  },
});

const down = defineController({
  name: 'down',
  ports: { mades: weak(Made), dones: exclusive(Done) },
  changeRate: { rate: 1, burst: 1 },
  async reconcile({ mades, dones }) {
    await dones.set('x', { size: (await mades.find('x'))?.spec.size ?? 0 });
  },
});

test('a livelock is seen early, with its loop and who is in it', async () => {
  const controllers = (): Controller[] => [up, down];
  const thrown: unknown = await reconcileEventuallyAndStably(controllers, {
    steps: [],
    matches: () => Promise.resolve(),
    runs: 1,
  }).catch((error: unknown) => ((error as Error).cause as Error).cause);
  expect(thrown).toBeInstanceOf(LivelockError);
  const { message, controllers: names } = thrown as LivelockError;
  expect(names).toEqual(['down', 'up']);
  expect(message.split('\n')[0]).toBe('livelock: "down" and "up" undo what the other does; a loop of 4 writes:');
  expect(message).toContain('up writes Mades.test.dev(default/x) {"size":1}');
});
