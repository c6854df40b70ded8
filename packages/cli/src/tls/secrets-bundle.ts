import { isMap, isScalar, parseDocument } from 'yaml';
import { CommandError } from '../io.ts';
import { loadAuthority, type Authority, type Issuing, type KeyPair } from './authority.ts';

/**
 * The authority of the API in a secrets bundle: `certs.os.crt` and `certs.os.key`, PEM in base64, as Talos keeps it.
 *
 * @param path names the file in errors, which never show what is in it.
 * @returns undefined if the bundle has no certificates at all.
 * @throws CommandError
 */
export function bundledAuthority(issuing: Issuing, text: string, path: string): Authority | undefined {
  const pair = authorityPair(text, path);
  if (pair === undefined) return undefined;
  try {
    return loadAuthority(issuing, pair);
  } catch {
    // The reason may show the key.
    throw new CommandError(`${path}: certs.os is no certificate and its key`);
  }
}

function authorityPair(text: string, path: string): KeyPair | undefined {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent' });
  if (document.errors.length > 0) throw new CommandError(`${path}: no YAML`);
  const root = document.contents;
  if (!isMap(root) || root.get('certs') === undefined) return undefined;
  const [certificate, key] = ['crt', 'key'].map((field) => {
    const node = root.getIn(['certs', 'os', field], true);
    const pem = isScalar(node) ? Buffer.from(String(node.value), 'base64').toString('latin1') : '';
    if (!pem.includes('-----BEGIN ')) throw new CommandError(`${path}: certs.os.${field} is no PEM in base64`);
    return pem;
  });
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** What is appended to a bundle without certificates. */
export function authorityText({ certificate, key }: KeyPair): string {
  const base64 = (pem: string): string => Buffer.from(pem, 'latin1').toString('base64');
  return `certs:\n    os:\n        crt: ${base64(certificate)}\n        key: ${base64(key)}\n`;
}
