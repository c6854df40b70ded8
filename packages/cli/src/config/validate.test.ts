import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finish, temporaryDirectory } from '../nodes/nodes.fixture.ts';

const SECRET = 'kCQsKr4B28VUl7qw1sVkTDNF9fFH++ViIuKsss+C6kc=';

describe('cosi validate', () => {
  test('says that a configuration is valid, and what of it is not used here', async () => {
    const { exitCode, out, err } = await validate(`machine: {}
cluster:
  id: cluster1
  secret: ${SECRET}
  discovery:
    enabled: true
  etcd: {}
`);
    expect([exitCode, out]).toEqual([0, 'config.yaml is valid\n']);
    expect(err).toBe('config.yaml:7:3: warning: not used here and ignored: cluster.etcd\n');
  });

  test('tells all problems at once, with their places, and no secret', async () => {
    const { exitCode, out, err } = await validate(`machine:
  network:
    kubespan:
      enabled: true
      mtu: 576
cluster:
  secret: ${SECRET}
  discovery:
    enabled: true
    registries:
      servise:
        disabled: false
      service:
        endpoint: foo
`);
    expect([exitCode, out]).toEqual([1, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/: .*/s, ''))).toEqual([
      'config.yaml:5:7',
      'config.yaml:8:3',
      'config.yaml:11:7',
      'config.yaml:14:9',
      'cosi',
    ]);
    expect(lines[0]).toContain('kubespan link MTU must be at least 1280');
    expect(lines[1]).toContain('cluster discovery service requires .cluster.id');
    expect(lines[2]).toContain('did you mean');
    expect(lines[3]).toContain('cluster discovery service registry endpoint is invalid: parse "foo"');
    expect(lines[4]).toBe('cosi: config.yaml cannot be used: 4 problems');
    expect(err).not.toContain(SECRET);
  });

  test('tells of a file that is none', async () => {
    const cwd = await temporaryDirectory();
    await mkdir(join(cwd, 'directory'));
    await writeFile(join(cwd, 'latin1.yaml'), Buffer.from([0x6d, 0xe4]));
    const errors = [];
    for (const file of ['missing.yaml', 'directory', 'latin1.yaml']) {
      const { exitCode, err } = await finish(['validate', '--config', file], { cwd });
      expect(exitCode).toBe(1);
      errors.push(err);
    }
    expect(errors[0]).toBe('cosi: there is no file missing.yaml\n');
    expect(errors[1]).toMatch(/^cosi: [^\n]*directory[^\n]*\n$/);
    expect(errors[2]).toBe('cosi: latin1.yaml is no UTF-8 text\n');
  });
});

async function validate(text: string) {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'config.yaml'), text);
  return finish(['validate', '--config', 'config.yaml'], { cwd });
}
