import { writeFileAtomically, type Host } from '@cosi-ts/core';
import { CommandError } from '../io.ts';
import { loadAuthority, newAuthority, type Authority } from '../tls/authority.ts';
import { authorityPair, authorityText } from '../tls/secrets-bundle.ts';

/**
 * The authority of a cluster's API: that of its secrets. Secrets from before there was one get a new one, behind
 * what they have.
 */
export async function loadOrCreateAuthority(host: Host, directory: string): Promise<Authority> {
  const path = `${directory}/secrets.yaml`;
  const text = new TextDecoder().decode(await host.files.read(path));
  const pair = authorityPair(text, path);
  if (pair !== undefined) return load(host, pair, path);
  const authority = await newAuthority(host, 'talos');
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const whole = `${text}${separator}${authorityText(authority)}`;
  await writeFileAtomically(host.files, path, new TextEncoder().encode(whole));
  return authority;
}

function load(host: Host, pair: Parameters<typeof loadAuthority>[1], path: string): Authority {
  try {
    return loadAuthority(host, pair);
  } catch {
    // The reason may show the key.
    throw new CommandError(`${path}: certs.os is no certificate and its key`);
  }
}
