import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, test } from 'vitest';
import { runPage } from '../../docs/run-page.ts';
import { describeWithGo } from '../go-program.ts';
import { ApiServer, apiServerProgram } from './api-server.ts';

const KUBECTL = fileURLToPath(new URL('kubectl.ts', import.meta.url));

describeWithGo('the commands of the documentation print what it shows, in a real cluster', () => {
  beforeAll(async () => void (await apiServerProgram()));

  test('docs/registries.md', async () => {
    const server = await ApiServer.start();
    await server.createNode('worker-1', { podCIDRs: ['10.244.3.0/24'] });
    await server.createNode('worker-2', {
      annotations: {
        'cluster.talos.dev/node-id': 'NVtfu1bT1QjhNq5xJFUZl8f8I8LOCnnpGrZfPpdN9WlB',
        'networking.talos.dev/self-ips': '172.20.0.6',
      },
    });
    await runPage('registries.md', async ({ directory, bin }) => {
      await copyFile(await server.kubeconfig('worker-1'), join(directory, 'kubeconfig'));
      // No kubectl is at hand: this one does what the page asks of it.
      const { url, adminFiles } = server;
      const script = `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${KUBECTL}" "${url}" "${adminFiles}" "$@"\n`;
      await writeFile(join(bin, 'kubectl'), script, { mode: 0o755 });
    });
  });
});
