import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { realHost } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { finish, temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { newAuthority } from '../tls/authority.ts';
import { authorityText } from '../tls/secrets-bundle.ts';

const NAMES = ['admin', 'operator', 'reader', 'server'].flatMap((name) => [`${name}.crt`, `${name}.key`]);

test('certificates of a new authority, for a server on this machine and a client of each role', async () => {
  const cwd = await temporaryDirectory();
  const { exitCode, err } = await finish(['gen', 'certs', '-o', 'tls', '--lifetime', '24h'], { cwd });
  expect([exitCode, err]).toEqual([0, '']);
  const read = (name: string) => readFile(join(cwd, 'tls', name), 'utf8');
  expect(await readdir(join(cwd, 'tls'))).toEqual(['ca.crt', 'ca.key', ...NAMES].toSorted());
  const ca = new X509Certificate(await read('ca.crt'));
  for (const name of ['admin', 'operator', 'reader', 'server']) {
    const certificate = new X509Certificate(await read(`${name}.crt`));
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(await read(`${name}.key`)))).toBe(true);
    expect((await stat(join(cwd, 'tls', `${name}.key`))).mode & 0o777).toBe(0o600);
    if (name === 'server') expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    else expect(certificate.subject).toBe(`O=os:${name}`);
  }

  const again = await finish(['gen', 'certs', '-o', 'tls'], { cwd });
  expect([again.exitCode, again.err]).toEqual([1, expect.stringMatching(/has ca\.crt, ca\.key, .*or add --force\n$/)]);
  expect((await finish(['gen', 'certs', '-o', 'tls', '--force'], { cwd })).exitCode).toBe(0);
});

test('certificates of the authority of a bundle, for a server elsewhere', async () => {
  const cwd = await temporaryDirectory();
  const authority = await newAuthority(realHost(), 'talos');
  await writeFile(join(cwd, 'secrets.yaml'), `cluster:\n    id: x\n${authorityText(authority)}`);
  const { exitCode, err } = await finish(
    ['gen', 'certs', '--with-secrets', 'secrets.yaml', '--name', '10.5.0.2', '--name', 'node.example', '-o', '.'],
    { cwd },
  );
  expect([exitCode, err]).toEqual([0, '']);
  expect(await readdir(cwd)).toEqual(['ca.crt', 'secrets.yaml', ...NAMES].toSorted());
  const server = new X509Certificate(await readFile(join(cwd, 'server.crt')));
  expect(server.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  expect(server.subjectAltName).toBe('IP Address:10.5.0.2, DNS:node.example');

  await writeFile(join(cwd, 'secrets.yaml'), 'cluster:\n    id: x\n');
  const refused = await finish(['gen', 'certs', '--with-secrets', 'secrets.yaml', '-o', 'other'], { cwd });
  expect(refused.err).toMatch(/secrets\.yaml has no certs\.os: make a bundle with "cosi gen secrets"\n$/);
});
