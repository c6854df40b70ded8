import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProcess } from '../process.ts';
import { COSI, cosi, temporaryDirectory } from './command.ts';

const NAME = 'talos-default-controlplane-1';

/** Says on standard error what of the library is loaded, and by whom. */
const TELL = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('@kubernetes/')) process.stderr.write('loading ' + specifier + '\\n');
      return next(specifier, context);
    },
  });
`)}`;

const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: hunter2}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

test('the library for Kubernetes is loaded when that registry is switched on, and not before', async () => {
  const state = await temporaryDirectory();
  expect(await cosi('up', '--state', state, '--once', '--nodes', '1', '--workers', '0')).toMatchObject({ code: 0 });
  const directory = join(state, NAME);
  const config = join(directory, 'config.yaml');
  const kubeconfig = join(state, 'kubeconfig');
  await writeFile(kubeconfig, KUBECONFIG);
  const flags = ['--config', config, '--state', directory, '--kubeconfig', kubeconfig, '--kubespan-device', 'none'];
  const node = startProcess(process.execPath, ['--import', TELL, COSI, 'run', ...flags]);
  await node.until(/the node runs/);
  // An answer that comes of the configuration: the controllers have read it.
  await node.until(/discovery service/);
  expect(node.err()).not.toContain('loading');
  const text = await readFile(config, 'utf8');
  const edited = text.replace(/(kubernetes:\n +disabled: )true/, '$1false');
  expect(edited).not.toBe(text);
  await writeFile(config, edited);
  await node.until(/the Nodes of Kubernetes cannot be followed.*ECONNREFUSED/);
  expect(node.err()).toContain('loading @kubernetes/client-node');
  // Nor is a secret told to anybody, whatever becomes of the file.
  await writeFile(kubeconfig, 'users: [{user: {token: hunter2, : : [');
  await node.until(/it is no YAML/);
  const { out } = await cosi('get', 'registrystatuses', '--state', directory, '-o', 'yaml');
  expect(out).toMatch(/it is no YAML/);
  expect(node.err() + out).not.toContain('hunter2');
  expect(await node.end()).toMatchObject({ code: 0 });
});
