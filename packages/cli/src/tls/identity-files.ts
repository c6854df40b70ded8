import { FileError, messageOf, sleep, type Files, type Host, type Owner, type TlsIdentity } from '@cosi-ts/core';

/** Files in PEM; absolute paths. */
export interface IdentityFiles {
  readonly certificate: string;
  readonly key: string;
  /** Of whom the clients' certificates must be. */
  readonly ca?: string | undefined;
}

/** Milliseconds for whoever renews the files to finish with both. */
const PAUSE = 100;

/** @throws FileError */
export async function readIdentity(files: Files, paths: IdentityFiles): Promise<TlsIdentity> {
  const [certificate, key, ca] = await Promise.all([
    readText(files, paths.certificate),
    readText(files, paths.key),
    paths.ca === undefined ? undefined : readText(files, paths.ca),
  ]);
  return { certificate, key, ...(ca !== undefined && { ca }) };
}

/** Takes over what the files become. What cannot be used changes nothing. */
export function keepIdentity(
  host: Host,
  owner: Owner,
  paths: IdentityFiles,
  renewed: (tls: TlsIdentity) => void,
): void {
  let changes = 0;
  const renew = async (signal: AbortSignal): Promise<void> => {
    const seen = (changes += 1);
    await sleep(host.timers, PAUSE, signal);
    // Only the last of several changes in a row is looked at.
    if (seen !== changes) return;
    try {
      renewed(await readIdentity(host.files, paths));
      host.log.info('the certificate was renewed', { ...paths });
    } catch (error) {
      host.log.error('the certificate could not be renewed, the old one stays', { ...paths, error: messageOf(error) });
    }
  };
  const onChange = (): void => {
    if (owner.isOpen) owner.run(renew);
  };
  for (const path of [paths.certificate, paths.key, paths.ca]) {
    if (path !== undefined) host.files.watch(path, onChange);
  }
}

async function readText(files: Files, path: string): Promise<string> {
  const bytes = await files.read(path);
  if (bytes === undefined) throw new FileError('ENOENT', path, `there is no file ${path}`);
  return new TextDecoder().decode(bytes);
}
