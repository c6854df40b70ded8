import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runPage } from '../../docs/run-page.ts';
import { startProcess } from '../../process.ts';
import { whyNoLab } from './lab.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

test.skipIf(whyNoLab() !== undefined)('the commands of docs/kubespan.md print what it shows', async () => {
  let mesh = '';
  try {
    await runPage('kubespan.md', async ({ directory, bin }) => {
      mesh = join(directory, 'mesh');
      await symlink(EXAMPLES, join(directory, 'examples'));
      // Who runs this is root already; and the nodes run under the Node of the tests.
      await writeFile(join(bin, 'sudo'), `#!/bin/sh\nNODE='${process.execPath}' exec "$@"\n`, { mode: 0o755 });
    });
  } finally {
    // What the reader's Ctrl-C does.
    const end = 'kill "$0" && while kill -0 "$0" 2>/dev/null; do sleep 0.1; done';
    await startProcess('sh', ['-c', end, (await readFile(join(mesh, 'pid'), 'utf8')).trim()]).ended;
  }
  const { out } = await startProcess('ip', ['netns', 'list']).ended;
  expect(out).not.toContain('mesh-');
});
