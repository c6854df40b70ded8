import { writeFileAtomically, type Host } from '@cosi-ts/core';
import { clusterIdFrom, clusterSecretFrom } from '@cosi-ts/controllers';
import { parse } from 'yaml';
import { CommandError } from '../io.ts';

/** What makes a cluster this cluster: generated once, kept in `secrets.yaml`. */
export interface ClusterSecrets {
  /** 32 random bytes, base64 in the URL alphabet, as Talos 1.3 makes it; an opaque text ever after. */
  readonly id: string;
  /** 32 random bytes, standard base64: the AES key of everything that is published. */
  readonly secret: string;
}

const FILE = 'secrets.yaml';

export async function loadOrCreateSecrets(host: Host, directory: string): Promise<ClusterSecrets> {
  const path = `${directory}/${FILE}`;
  const bytes = await host.files.read(path);
  if (bytes !== undefined) {
    const secrets = parseSecrets(new TextDecoder().decode(bytes));
    if (secrets !== undefined) return secrets;
    throw new CommandError(`${path} is damaged; restore it, or remove the whole directory to begin a new cluster`);
  }
  const secrets = { id: clusterIdFrom(host.random.bytes(32)), secret: clusterSecretFrom(host.random.bytes(32)) };
  await writeFileAtomically(host.files, path, new TextEncoder().encode(formatSecrets(secrets)));
  return secrets;
}

/** The part of a secrets bundle that says which cluster it is. */
export function formatSecrets({ id, secret }: ClusterSecrets): string {
  return `cluster:\n    id: ${id}\n    secret: ${secret}\n`;
}

/** What a secrets bundle says about that; undefined if it does not. The reason would show the secret. */
export function parseSecrets(text: string): ClusterSecrets | undefined {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || !('cluster' in document)) return undefined;
  const { cluster } = document;
  if (typeof cluster !== 'object' || cluster === null || !('id' in cluster) || !('secret' in cluster)) return undefined;
  const { id, secret } = cluster;
  return typeof id === 'string' && typeof secret === 'string' && id !== '' && secret !== ''
    ? { id, secret }
    : undefined;
}
