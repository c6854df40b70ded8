import { FileError, messageOf, sleep, type Files, type Host, type Owner, type TlsIdentity } from '@cosi-ts/core';
import type { DiscoveryService } from '@cosi-ts/discovery';

/** Files in PEM; absolute paths. */
export interface CertificateFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** Milliseconds for whoever renews the files to finish with both. */
const PAUSE = 100;

/** @throws FileError */
export async function readCertificate(
  files: Files,
  { certificatePath, keyPath }: CertificateFiles,
): Promise<TlsIdentity> {
  const [certificate, key] = await Promise.all([readText(files, certificatePath), readText(files, keyPath)]);
  return { certificate, key };
}

/** Takes over what the files become. A pair that cannot be used changes nothing. */
export function keepCertificate(host: Host, owner: Owner, paths: CertificateFiles, service: DiscoveryService): void {
  let changes = 0;
  const renew = async (signal: AbortSignal): Promise<void> => {
    const seen = (changes += 1);
    await sleep(host.timers, PAUSE, signal);
    // Only the last of several changes in a row is looked at.
    if (seen !== changes) return;
    try {
      service.renew(await readCertificate(host.files, paths));
      host.log.info('the certificate was renewed', { ...paths });
    } catch (error) {
      host.log.error('the certificate could not be renewed, the old one stays', { ...paths, error: messageOf(error) });
    }
  };
  const onChange = (): void => {
    if (owner.isOpen) owner.run(renew);
  };
  for (const path of [paths.certificatePath, paths.keyPath]) host.files.watch(path, onChange);
}

async function readText(files: Files, path: string): Promise<string> {
  const bytes = await files.read(path);
  if (bytes === undefined) throw new FileError('ENOENT', path, `there is no file ${path}`);
  return new TextDecoder().decode(bytes);
}
