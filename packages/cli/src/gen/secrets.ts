import { basename, dirname, resolve } from 'node:path';
import { clusterIdFrom, clusterSecretFrom, readMachineConfig } from '@cosi-ts/controllers';
import { realHost, type Host } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import type { GenSecretsOptions } from '../commands/gen-secrets.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { loadAuthority, newAuthority } from '../tls/authority.ts';
import { authorityText } from '../tls/secrets-bundle.ts';
import { formatSecrets, type ClusterSecrets } from '../cluster/secrets.ts';
import { writeFiles } from './write-files.ts';

/** Writes a secrets bundle. */
export async function genSecrets(io: CommandIo, options: GenSecretsOptions): Promise<void> {
  const { outputFile, talosVersion, fromControlplaneConfig, force } = options;
  const host = realHost();
  const path = resolve(io.cwd, outputFile);
  try {
    const text =
      fromControlplaneConfig === undefined
        ? formatSecrets(newSecrets(host, talosVersion)) + authorityText(await newAuthority(host, 'talos'))
        : await bundleOf(host, io, fromControlplaneConfig);
    await writeFiles(host.files, new Map([[basename(path), text]]), {
      directory: dirname(path),
      force: force === true,
      option: '--output-file',
    });
  } catch (thrown) {
    throw asCommandError(thrown);
  }
  io.out.write(`${outputFile} written: keep it, and keep it secret\n`);
}

/** The bundle that a control plane node was configured with. @throws CommandError if not all of it is there */
async function bundleOf(host: Host, io: CommandIo, file: string): Promise<string> {
  const { discoveryIdentity, authority } = await readMachineConfig(host.files, resolve(io.cwd, file));
  const { clusterId = '', clusterSecret = '' } = discoveryIdentity ?? {};
  const [certificate = '', key = ''] = [authority?.crt, authority?.key].map(pemOf);
  if (clusterId === '' || clusterSecret === '' || certificate === '' || key === '') {
    throw new CommandError(
      `${file} is not the configuration of a control plane node: it lacks cluster.id, cluster.secret or machine.ca with its key`,
    );
  }
  try {
    const bundled = loadAuthority(host, { certificate, key });
    return formatSecrets({ id: clusterId, secret: clusterSecret }) + authorityText(bundled);
  } catch {
    // The reason may show the key.
    throw new CommandError(`${file}: machine.ca is no certificate and its key`);
  }
}

function pemOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

/** The identity of a new cluster. @throws CommandError for what is no version */
export function newSecrets({ random }: Pick<Host, 'random'>, talosVersion: string): ClusterSecrets {
  try {
    return { id: clusterIdFrom(random.bytes(32), talosVersion), secret: clusterSecretFrom(random.bytes(32)) };
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new CommandError(thrown.message, { exitCode: 2 });
    throw thrown;
  }
}
