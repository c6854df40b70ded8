import { mkdir, readdir, symlink, writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess, temporaryDirectory } from '../process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = fileURLToPath(new URL('../examples/sources.vitest.config.ts', import.meta.url));
const GUIDE = fileURLToPath(new URL('../guide/', import.meta.url));

/** Where somebody's tests are run: the guide's controllers, of which one does its work. */
interface Project {
  run(args: readonly string[], replay?: string): Promise<{ readonly code: number | null; readonly text: string }>;
  use(controller: 'hasty' | 'careful'): Promise<void>;
  readonly directory: string;
}

async function project(): Promise<Project> {
  const directory = await temporaryDirectory();
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  await mkdir(join(directory, 'kept'));
  for (const file of ['resources.ts', 'volumes.ts']) {
    await writeFile(join(directory, file), await readFile(join(GUIDE, file)));
  }
  const use = (controller: string): Promise<void> =>
    writeFile(join(directory, 'scenario.ts'), SCENARIO.replaceAll('CONTROLLER', controller));
  await use('hasty');
  await writeFile(join(directory, 'find.test.ts'), FIND);
  return {
    directory,
    use,
    async run(args, replay) {
      const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
      const options = ['run', '--config', CONFIG, '--root', directory, '--no-color', '--pool=threads'];
      const env = { NO_COLOR: '1', ...(replay !== undefined && { COSI_REPLAY: replay }) };
      const { code, out, err } = await startProcess(process.execPath, [vitest, ...options, ...args], env, directory)
        .ended;
      return { code, text: `${out}\n${err}` };
    },
  };
}

const SCENARIO = `
import { collection } from '@cosi-ts/runtime';
import { Claim, Volume } from './resources.ts';
import { CONTROLLER } from './volumes.ts';

export const scenario = {
  controllers: () => [CONTROLLER],
  steps: [(state) => collection(state, Claim).create('a', { size: 1 }), (state) => collection(state, Claim).set('a', { size: 2 })],
};
export const matches = async (state) => {
  const size = (await collection(state, Volume).find('a'))?.spec.size;
  if (size !== 2) throw new Error('the volume is of ' + size);
};
`;

const FIND = `
import { collection, defineController, shared, weak } from '@cosi-ts/runtime';
import { assertOrderless, assertUnperturbed, reconcileEventuallyAndStably } from '@cosi-ts/testing';
import { test } from 'vitest';
import { Claim, Volume } from './resources.ts';
import { matches, scenario } from './scenario.ts';

test('plans', () =>
  assertUnperturbed(scenario, { regressions: { directory: 'kept', scenario: { module: '../scenario.ts', name: 'scenario' } } }));
test('chance', () => reconcileEventuallyAndStably(scenario.controllers, { ...scenario, matches }));

const claimant = (name, size) =>
  defineController({
    name,
    ports: { claims: weak(Claim), volumes: shared(Volume) },
    async reconcile({ claims, volumes }) {
      for (const { metadata } of await claims.list()) {
        if ((await volumes.find(metadata.id)) === undefined) {
          await volumes.create(metadata.id, { size, state: name }).catch(() => undefined);
        }
      }
    },
  });
test('orders', () =>
  assertOrderless(() => [claimant('fast', 1), claimant('slow', 2)], { steps: scenario.steps.slice(0, 1) }, { deviations: 1 }));
`;

/** What a message tells of a run, without how many others there were. */
function storyOf(text: string, title: string): string {
  const from = text.indexOf(`${title}: `);
  const told = text.slice(from, text.indexOf('the last steps:', from));
  if (from < 0) throw new Error(`no ${title} in\n${text}`);
  return told
    .replace(/in \d+ orders/, 'in some orders')
    .replace(/run \d+ failed, and shrank to /, '')
    .replace(/^\w+: \d decisions?: /, '');
}

const lineOf = (story: string): string => /COSI_REPLAY='(.*)'/.exec(story)?.[1] ?? '';

test(
  'what failed fails again by its line, the same; plans are kept as tests, which pass once the bug is fixed',
  { timeout: 90_000 },
  async () => {
    const { directory, run, use } = await project();
    const found = await run(['find']);
    expect(found.text).toMatch(/Tests +3 failed \(3\)/);

    // By chance, and in some order: the same story by the same line, and by that alone.
    const [byChance, inOrder] = [storyOf(found.text, 'ReconcileError'), storyOf(found.text, 'OrderError')];
    const [chance, order] = await Promise.all([
      run(['find', '-t', 'chance'], lineOf(byChance)),
      run(['find', '-t', 'orders'], lineOf(inOrder)),
    ]);
    const again = storyOf(chance.text, 'SimulationError');
    expect(byChance).toContain(again.slice(again.indexOf('what happened:')));
    expect(storyOf(order.text, 'OrderError')).toBe(inOrder);

    // One plan of those that failed.
    const plan = /COSI_REPLAY='(plan=.*)'/.exec(found.text)?.[1];
    const planned = await run(['find', '-t', 'plans'], plan);
    expect(planned.text).toMatch(/1 of 1 perturbations led elsewhere/);

    const kept = await readdir(join(directory, 'kept'));
    expect(kept.length).toBe(3);
    const buggy = await run(['kept']);
    expect([buggy.code, buggy.text]).toEqual([1, expect.stringMatching(/Tests +3 failed \(3\)/)]);
    await use('careful');
    const fixed = await run(['kept']);
    expect([fixed.code, fixed.text]).toEqual([0, expect.stringMatching(/Tests +3 passed \(3\)/)]);
  },
);
