import { basename, dirname, resolve } from 'node:path';
import { clusterIdFrom, clusterSecretFrom } from '@cosi-ts/controllers';
import { realHost, type Host } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import type { GenSecretsOptions } from '../commands/gen-secrets.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { newAuthority } from '../tls/authority.ts';
import { authorityText } from '../tls/secrets-bundle.ts';
import { formatSecrets, type ClusterSecrets } from '../cluster/secrets.ts';
import { writeFiles } from './write-files.ts';

/** Writes a secrets bundle. */
export async function genSecrets(io: CommandIo, { outputFile, talosVersion, force }: GenSecretsOptions): Promise<void> {
  const host = realHost();
  const path = resolve(io.cwd, outputFile);
  const text = formatSecrets(newSecrets(host, talosVersion)) + authorityText(await newAuthority(host, 'talos'));
  try {
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

/** The identity of a new cluster. @throws CommandError for what is no version */
export function newSecrets({ random }: Pick<Host, 'random'>, talosVersion: string): ClusterSecrets {
  try {
    return { id: clusterIdFrom(random.bytes(32), talosVersion), secret: clusterSecretFrom(random.bytes(32)) };
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new CommandError(thrown.message, { exitCode: 2 });
    throw thrown;
  }
}
