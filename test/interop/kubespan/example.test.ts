import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { cellsOf } from '../../e2e/tables.ts';
import { startProcess } from '../../process.ts';
import { whyNoLab } from './lab.ts';

const SCRIPT = fileURLToPath(new URL('../../../examples/kubespan/two-nodes.sh', import.meta.url));

test.skipIf(whyNoLab() !== undefined)('the example brings up a mesh, and leaves nothing behind', async () => {
  const { code, out, err } = await startProcess('sh', [SCRIPT, '--once'], { NODE: process.execPath }).ended;
  expect({ code, err }).toMatchObject({ code: 0 });
  const rows = cellsOf(out.slice(out.lastIndexOf('NODE ')));
  expect(rows[1]?.slice(5, 8)).toEqual(['two', '10.88.0.2:51820', 'up']);
  expect((await startProcess('ip', ['netns', 'list'], {}).ended).out).not.toContain('mesh-');
});

test.skipIf(whyNoLab() !== undefined)(
  'a second run of the example leaves the machines of the first alone',
  async () => {
    execFileSync('ip', ['netns', 'add', 'mesh-switch']);
    onTestFinished(() => void execFileSync('ip', ['netns', 'delete', 'mesh-switch']));
    const { code, err } = await startProcess('sh', [SCRIPT, '--once'], { NODE: process.execPath }).ended;
    expect(code).toBe(1);
    expect(err).toContain('another run has it');
    expect(execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })).toContain('mesh-switch');
  },
);
