import { resolve } from 'node:path';
import type { Host } from '@cosi-ts/core';
import { parseSecrets, type ClusterSecrets } from '../cluster/secrets.ts';
import { asCommandError } from '../commands/failures.ts';
import { CommandError, type CommandIo } from '../io.ts';
import type { Authority, Issuing } from '../tls/authority.ts';
import { bundledAuthority } from '../tls/secrets-bundle.ts';

/** A secrets bundle that was made before. */
export interface BundleFile {
  /** As the user named it, for messages, which never show what is in it. */
  readonly path: string;
  readonly text: string;
}

/** @throws CommandError if there is none */
export async function readBundle({ files }: Pick<Host, 'files'>, io: CommandIo, path: string): Promise<BundleFile> {
  const bytes = await files.read(resolve(io.cwd, path)).catch((thrown: unknown) => {
    throw asCommandError(thrown);
  });
  if (bytes === undefined) throw new CommandError(`there is no file ${path}: make one with "cosi gen secrets"`);
  return { path, text: new TextDecoder().decode(bytes) };
}

/** Which cluster it is of. @throws CommandError if it does not say */
export function identityIn({ path, text }: BundleFile): ClusterSecrets {
  const secrets = parseSecrets(text);
  if (secrets === undefined) throw new CommandError(`${path} has no cluster.id and cluster.secret`);
  return secrets;
}

/** The authority of its API. @throws CommandError if it has none */
export function authorityIn(issuing: Issuing, { path, text }: BundleFile): Authority {
  const authority = bundledAuthority(issuing, text, path);
  if (authority === undefined) throw new CommandError(`${path} has no certs.os: make a bundle with "cosi gen secrets"`);
  return authority;
}
