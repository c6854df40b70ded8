import { resolve } from 'node:path';
import { Owner, ownedHost, realHost, type Host } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import type { GenCertsOptions } from '../commands/gen.ts';
import type { CommandIo } from '../io.ts';
import { newAuthority, type Authority } from '../tls/authority.ts';
import { authorityIn, readBundle } from './read-bundle.ts';
import { writeFiles } from './write-files.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const CLIENTS = ['admin', 'operator', 'reader'];

/** Writes certificates and keys. */
export async function genCerts(io: CommandIo, options: GenCertsOptions): Promise<void> {
  await using owner = new Owner('cosi gen certs');
  const host = ownedHost(realHost(), owner);
  const directory = resolve(io.cwd, options.outputDir);
  try {
    const files = await certificateFiles(host, io, options);
    await writeFiles(host.files, files, { directory, force: options.force === true, option: '--output-dir' });
    io.out.write(`${[...files.keys()].join(', ')} written to ${options.outputDir}\n`);
  } catch (thrown) {
    throw asCommandError(thrown);
  }
}

/** The files by name. Keys are as readable as everything that is written here: for their owner alone. */
async function certificateFiles(
  host: Host,
  io: CommandIo,
  { withSecrets, name, lifetime }: GenCertsOptions,
): Promise<ReadonlyMap<string, string>> {
  const authority =
    withSecrets === undefined ? await newAuthority(host, 'talos') : authorityIn(host, await readBundle(host, io, withSecrets));
  const files = new Map([['ca.crt', authority.certificate]]);
  if (withSecrets === undefined) files.set('ca.key', authority.key);
  const put = async (file: string, request: Parameters<Authority['issue']>[0]): Promise<void> => {
    const { certificate, key } = await authority.issue(request);
    files.set(`${file}.crt`, certificate).set(`${file}.key`, key);
  };
  await put('server', { use: 'server', names: [...(name ?? LOOPBACK)], lifetime });
  for (const role of CLIENTS) await put(role, { use: 'client', organization: `os:${role}`, lifetime });
  return files;
}
