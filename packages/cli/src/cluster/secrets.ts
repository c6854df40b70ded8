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
  if (bytes !== undefined) return parseSecrets(path, new TextDecoder().decode(bytes));
  const secrets = { id: clusterIdFrom(host.random.bytes(32)), secret: clusterSecretFrom(host.random.bytes(32)) };
  const text = `cluster:\n    id: ${secrets.id}\n    secret: ${secrets.secret}\n`;
  await writeFileAtomically(host.files, path, new TextEncoder().encode(text));
  return secrets;
}

function parseSecrets(path: string, text: string): ClusterSecrets {
  const damaged = new CommandError(
    `${path} is damaged; restore it, or remove the whole directory to begin a new cluster`,
  );
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    // The reason would show the secret.
    throw damaged;
  }
  if (typeof document !== 'object' || document === null || !('cluster' in document)) throw damaged;
  const { cluster } = document;
  if (typeof cluster !== 'object' || cluster === null || !('id' in cluster) || !('secret' in cluster)) throw damaged;
  const { id, secret } = cluster;
  if (typeof id !== 'string' || typeof secret !== 'string' || id === '' || secret === '') throw damaged;
  return { id, secret };
}
