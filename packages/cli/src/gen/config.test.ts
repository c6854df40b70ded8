import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMachineConfig } from '@cosi-ts/controllers';
import { describe, expect, test } from 'vitest';
import { parseClientConfig } from '../client-config/parse.ts';
import { finish, temporaryDirectory } from '../nodes/nodes.fixture.ts';

describe('cosi gen secrets', () => {
  test('makes an identity and an authority, once', async () => {
    const cwd = await temporaryDirectory();
    const { exitCode, out, err } = await finish(['gen', 'secrets'], { cwd });
    expect([exitCode, out, err]).toEqual([0, 'secrets.yaml written: keep it, and keep it secret\n', '']);
    const text = await readFile(join(cwd, 'secrets.yaml'), 'utf8');
    expect(text).toMatch(
      /^cluster:\n {4}id: [\w-]{43}=\n {4}secret: [\w+/]{43}=\ncerts:\n {4}os:\n {8}crt: \S+\n {8}key: \S+\n$/,
    );
    expect((await stat(join(cwd, 'secrets.yaml'))).mode & 0o777).toBe(0o600);
    const again = await finish(['gen', 'secrets'], { cwd });
    expect([again.exitCode, again.err]).toEqual([
      1,
      `cosi: ${cwd} has secrets.yaml: choose another --output-file, or add --force\n`,
    ]);
    expect(await readFile(join(cwd, 'secrets.yaml'), 'utf8')).toBe(text);
  });

  test('writes the id as the version does', async () => {
    const cwd = await temporaryDirectory();
    for (let round = 0; round < 20; round += 1) {
      await finish(['gen', 'secrets', '--talos-version', 'v1.14', '--force'], { cwd });
      expect(await readFile(join(cwd, 'secrets.yaml'), 'utf8')).toMatch(/^cluster:\n {4}id: [\w+/]{43}=\n/);
    }
    const { exitCode, err } = await finish(['gen', 'secrets', '--talos-version', 'newest', '--force'], { cwd });
    expect([exitCode, err]).toEqual([2, 'cosi: not a version of Talos, such as v1.3: "newest"\n']);
  });
});

test('a control plane node has all that a bundle has; a worker does not', async () => {
  const cwd = await temporaryDirectory();
  await finish(['gen', 'config', 'prod', '--talos-version', 'v1.14'], { cwd });
  const bundle = ['gen', 'secrets', '--from-controlplane-config'];
  expect((await finish([...bundle, 'controlplane.yaml'], { cwd })).exitCode).toBe(0);
  const { out } = await finish(['gen', 'config', 'prod', '--with-secrets', 'secrets.yaml', '-t', 'controlplane', '-o', '-', '--talos-version', 'v1.14'], { cwd });
  expect(out).toBe(await readFile(join(cwd, 'controlplane.yaml'), 'utf8'));

  const refused = await finish([...bundle, 'worker.yaml', '-o', 'other.yaml'], { cwd });
  expect(refused.err).toMatch(/^cosi: worker\.yaml is not the configuration of a control plane node: .*\n$/);
  const damaged = out.replace(/crt: \S+/, `crt: ${Buffer.from('-----BEGIN X-----').toString('base64')}`);
  await writeFile(join(cwd, 'damaged.yaml'), damaged);
  const unreadable = await finish([...bundle, 'damaged.yaml', '-o', 'other.yaml'], { cwd });
  expect(unreadable.err).toBe('cosi: damaged.yaml: machine.ca is no certificate and its key\n');
  expect(await readdir(cwd)).not.toContain('other.yaml');
});

describe('cosi gen config', () => {
  test('makes a configuration for each type, of one identity', async () => {
    const cwd = await temporaryDirectory();
    const { exitCode, out } = await finish(['gen', 'config', 'prod', 'https://10.5.0.2:6443'], { cwd });
    expect([exitCode, out]).toEqual([0, 'controlplane.yaml, worker.yaml, talosconfig written to .\n']);
    const configs = await Promise.all(['controlplane', 'worker'].map((type) => configOf(join(cwd, `${type}.yaml`))));
    expect(configs.map(({ machineType }) => machineType)).toEqual(['controlplane', 'worker']);
    for (const config of configs) {
      expect(config).toMatchObject({
        clusterName: 'prod',
        controlPlaneEndpoint: 'https://10.5.0.2:6443',
        discoveryServices: [{ name: 'legacy', endpoint: 'discovery.talos.dev:443' }],
        kubernetesRegistryEnabled: false,
        interfaces: [],
        warning: undefined,
      });
    }
    expect(configs[0]?.discoveryIdentity).toEqual(configs[1]?.discoveryIdentity);
    const again = await finish(['gen', 'config', 'prod'], { cwd });
    expect(again.err).toMatch(/has controlplane\.yaml, worker\.yaml, talosconfig: choose another --output, or add --force\n$/);
  });

  test('makes a client configuration of the authority that the nodes have', async () => {
    const cwd = await temporaryDirectory();
    const more = ['-e', '10.5.0.2,10.5.0.3', '-n', '10.5.0.2', '-n', '10.5.0.4'];
    expect((await finish(['gen', 'config', 'prod', ...more], { cwd })).exitCode).toBe(0);
    const { context, contexts } = parseClientConfig(await readFile(join(cwd, 'talosconfig'), 'utf8'), 'talosconfig');
    const { ca = '', crt = '', key = '', ...rest } = contexts.get(context) ?? {};
    expect([context, rest]).toEqual(['prod', { endpoints: ['10.5.0.2', '10.5.0.3'], nodes: ['10.5.0.2', '10.5.0.4'] }]);
    const certificate = new X509Certificate(crt);
    expect(certificate.checkIssued(new X509Certificate(ca)) && certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.subject).toBe('O=os:admin');

    const crtOf = Buffer.from(ca).toString('base64');
    const [node, worker] = await Promise.all(['controlplane', 'worker'].map((type) => configOf(join(cwd, `${type}.yaml`))));
    expect(node?.authority).toEqual({ crt: crtOf, key: expect.stringMatching(/^LS0t/) });
    expect(worker?.authority).toEqual({ crt: crtOf, key: '' });

    const plain = await finish(['gen', 'config', 'prod', '-t', 'talosconfig', '-o', '-'], { cwd });
    expect(plain.out).toMatch(/^context: prod\ncontexts:\n {4}prod:\n {8}endpoints: \[\]\n {8}ca: /);
    await finish(['gen', 'config', 'prod', '-t', 'talosconfig', '-o', 'home/config'], { cwd });
    expect((await stat(join(cwd, 'home', 'config'))).mode & 0o777).toBe(0o600);
    await finish(['gen', 'config', 'prod', '-t', 'talosconfig', '-o', 'home'], { cwd });
    expect(await readdir(join(cwd, 'home'))).toEqual(['config', 'talosconfig']);
  });

  // The rows of what versions of Talos write.
  test.each([
    ['v1.1', [], ['legacy'], true],
    ['v1.3', [], ['legacy'], false],
    ['v1.14', [], ['default'], false],
    ['v1.1', ['--with-cluster-discovery=false'], [], false],
    ['v1.13', ['--with-cluster-discovery=false'], [], false],
    ['v1.14', ['--with-cluster-discovery=false'], [], false],
  ] as const)('for %s %j: services %j, the Kubernetes registry %s', async (version, more, services, kubernetes) => {
    const cwd = await temporaryDirectory();
    await finish(['gen', 'secrets'], { cwd });
    const { out, exitCode } = await finish(
      ['gen', 'config', 'c', '--with-secrets', 'secrets.yaml', '--talos-version', version, ...more, '-t', 'worker', '-o', '-'],
      { cwd },
    );
    expect(exitCode).toBe(0);
    const config = parseMachineConfig(out);
    expect(config.discoveryServices.map(({ name }) => name)).toEqual(services);
    expect(config.kubernetesRegistryEnabled).toBe(kubernetes);
    const secrets = await readFile(join(cwd, 'secrets.yaml'), 'utf8');
    expect(secrets).toContain(`id: ${config.discoveryIdentity?.clusterId}\n`);
    expect(secrets).toContain(`secret: ${config.discoveryIdentity?.clusterSecret}\n`);
    expect(await readdir(cwd)).toEqual(['secrets.yaml']);
  });

  test('names its service, spans a mesh, and takes the name of one file', async () => {
    const cwd = await temporaryDirectory();
    const service = ['--service-endpoint', 'http://127.0.0.1:3000', '--with-kubespan'];
    const { exitCode } = await finish(['gen', 'config', 'c', ...service, '-t', 'controlplane', '-o', 'nodes/cp.yaml'], { cwd });
    expect(exitCode).toBe(0);
    expect(await configOf(join(cwd, 'nodes', 'cp.yaml'))).toMatchObject({
      discoveryServices: [{ endpoint: '127.0.0.1:3000', insecure: true }],
      kubespan: { enabled: true },
    });
  });

  test.each([
    [['-o', '-'], 2, '- takes one type: add --output-types controlplane, worker or talosconfig'],
    [['-t', 'worker,init'], 2, '--output-types takes controlplane, worker and talosconfig, not "init"'],
    [['--talos-version', 'x'], 2, 'not a version of Talos, such as v1.3: "x"'],
    [['--with-kubespan', '--with-cluster-discovery=false'], 2, 'KubeSpan requires cluster discovery to be enabled'],
    [['--with-secrets', 'none.yaml'], 1, 'there is no file none.yaml: make one with "cosi gen secrets"'],
    [['--with-secrets', 'empty.yaml', '-t', 'worker'], 1, 'empty.yaml has no cluster.id and cluster.secret'],
    [['--with-secrets', 'empty.yaml'], 1, expect.stringContaining('empty.yaml has no certs.os, which signs a talosconfig: ')],
    [['--service-endpoint', 'ftp://x'], 2, 'ftp://x: endpoint scheme must be http://, https:// or grpc://'],
  ] as const)('refuses %j', async (more, exitCode, message) => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'empty.yaml'), 'cluster: {}\n');
    const refused = await finish(['gen', 'config', 'c', ...more], { cwd });
    expect([refused.exitCode, refused.out, refused.err]).toEqual([exitCode, '', typeof message === 'string' ? `cosi: ${message}\n` : message]);
    expect(await readdir(cwd)).toEqual(['empty.yaml']);
  });
});

async function configOf(path: string) {
  return parseMachineConfig(await readFile(path, 'utf8'));
}
