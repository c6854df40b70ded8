import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COSI, freeAddress, startProcess, temporaryDirectory } from '../../process.ts';
import { describeWithGo } from '../go-program.ts';
import { talosctl } from './cluster.ts';

describeWithGo('what cosi gen makes', () => {
  test('serves talosctl, on a node with certificates of the same bundle', { timeout: 300_000 }, async () => {
    const directory = await temporaryDirectory();
    const program = await talosctl();
    const cosi = (...args: string[]) => startProcess(process.execPath, [COSI, ...args], {}, directory).ended;
    const ctl = (...args: string[]) =>
      startProcess(program, ['--talosconfig', 'talosconfig', ...args], {}, directory).ended;
    const endpoint = await freeAddress();

    expect(await cosi('gen', 'secrets')).toMatchObject({ code: 0 });
    const cluster = ['--with-cluster-discovery=false', '-e', endpoint, '-n', '127.0.0.1'];
    const made = await cosi(
      'gen',
      'config',
      'prod',
      'https://10.5.0.2:6443',
      '--with-secrets',
      'secrets.yaml',
      ...cluster,
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(await cosi('gen', 'certs', '--with-secrets', 'secrets.yaml', '-o', 'tls')).toMatchObject({ code: 0 });

    const contexts = await ctl('config', 'contexts');
    expect(contexts).toMatchObject({ code: 0, err: '' });
    expect(contexts.out).toMatch(new RegExp(`^\\* +prod +${endpoint} +127\\.0\\.0\\.1 *$`, 'm'));
    const info = await ctl('config', 'info');
    expect(info).toMatchObject({ code: 0, err: '' });
    expect(info.out).toMatch(/^Roles: +os:admin$/m);

    const tls = ['--tls-ca', 'tls/ca.crt', '--tls-cert', 'tls/server.crt', '--tls-key', 'tls/server.key'];
    const node = ['--config', 'controlplane.yaml', '--state', 'node', '--listen', endpoint, ...tls];
    const run = startProcess(process.execPath, [COSI, 'run', ...node], {}, directory);
    await run.until(/the node runs/);
    for (const type of ['members', 'machineconfig', 'kubespanidentities']) {
      const theirs = await ctl('get', type, '-o', 'yaml');
      expect(theirs).toMatchObject({ code: 0, err: '' });
      expect(await cosi('get', type, '-o', 'yaml', '--talosconfig', 'talosconfig')).toEqual(theirs);
    }
    expect((await ctl('get', 'machineconfig', '-o', 'jsonpath={.spec}')).out).toMatch(/^# The machine .*\n(.*\n)*$/);
  });

  test(
    'is read by talosctl: its bundles, its configurations, with endpoints or without',
    { timeout: 300_000 },
    async () => {
      const directory = await temporaryDirectory();
      const program = await talosctl();
      const cosi = (...args: string[]) => startProcess(process.execPath, [COSI, ...args], {}, directory).ended;
      const ctl = (...args: string[]) => startProcess(program, args, {}, directory).ended;
      expect(await ctl('gen', 'secrets', '-o', 'theirs.yaml')).toMatchObject({ code: 0 });
      expect(await cosi('gen', 'config', 'prod', '--with-secrets', 'theirs.yaml', '-o', 'ours')).toMatchObject({
        code: 0,
      });
      const info = await ctl('--talosconfig', 'ours/talosconfig', 'config', 'info');
      expect(info).toMatchObject({ code: 0, err: '' });
      expect(info.out).toMatch(/^Current context: +prod$/m);

      // And the other way round: what both have to say of a cluster is the same.
      const theirs = [
        'gen',
        'config',
        'prod',
        'https://10.5.0.2:6443',
        '--with-secrets',
        'theirs.yaml',
        '-o',
        'theirs',
      ];
      expect(await ctl(...theirs)).toMatchObject({ code: 0 });
      const bundleOf = (config: string) =>
        cosi('gen', 'secrets', '--from-controlplane-config', config, '-o', `${config}.secrets`);
      for (const by of ['ours', 'theirs'])
        expect(await bundleOf(`${by}/controlplane.yaml`)).toMatchObject({ code: 0, err: '' });
      const texts = ['ours', 'theirs'].map((by) => readFile(join(directory, by, 'controlplane.yaml.secrets'), 'utf8'));
      const [ours, others] = await Promise.all(texts);
      expect(ours).toBe(others);
    },
  );
});
