import { writeFileAtomically, type Host } from '@cosi-ts/core';
import { newAuthority, type Authority } from '../tls/authority.ts';
import { authorityText, bundledAuthority } from '../tls/secrets-bundle.ts';

/**
 * The authority of a cluster's API: that of its secrets. Secrets from before there was one get a new one, behind
 * what they have.
 */
export async function loadOrCreateAuthority(host: Host, directory: string): Promise<Authority> {
  const path = `${directory}/secrets.yaml`;
  const text = new TextDecoder().decode(await host.files.read(path));
  const known = bundledAuthority(host, text, path);
  if (known !== undefined) return known;
  const authority = await newAuthority(host, 'talos');
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const whole = `${text}${separator}${authorityText(authority)}`;
  await writeFileAtomically(host.files, path, new TextEncoder().encode(whole));
  return authority;
}
