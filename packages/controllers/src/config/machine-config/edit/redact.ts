import { isScalar, visit, type Scalar } from 'yaml';
import { MachineConfigError } from '../problem.ts';
import { readDocuments, type YamlDocuments } from '../yaml/documents.ts';
import { isPlain, type Entry } from '../yaml/entries.ts';
import { replaceScalar, splice } from './splice.ts';

/**
 * Replaces the secrets in the text of a configuration, those of Talos that are of no use here included, and keeps every
 * other character: ids stay, and so do secrets that are empty.
 *
 * @throws MachineConfigError when the text is no YAML, so that nobody could tell what in it is secret.
 */
export function redactMachineConfig(text: string, replacement = 'REDACTED'): string {
  const yaml = readDocuments(text, '');
  if (!yaml.readable) throw new MachineConfigError(yaml.problems.list());
  return splice(
    text,
    [...secretsOf(yaml)].map((scalar) => replaceScalar(text, scalar, replacement)),
  );
}

/** Keys whose values are secret wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'secret',
  'clusterSecret',
  'token',
  'bootstrapToken',
  'identityToken',
  'aescbcEncryptionSecret',
  'secretboxEncryptionSecret',
  'privateKey',
  'presharedKey',
  'password',
  'passphrase',
  'auth',
]);

/** A set, since an alias is the same node as its anchor. */
function secretsOf({ roots, entries }: YamlDocuments): ReadonlySet<Scalar> {
  const secrets = new Set<Scalar>();
  for (const root of roots) {
    visit(root, {
      Map(_, map) {
        const all = entries.of(map);
        for (const [key, entry] of all) {
          const { value } = entry;
          if (isScalar(value) && !isNothing(value) && isSecret(key, value, all)) secrets.add(value);
        }
      },
    });
  }
  return secrets;
}

function isSecret(key: string, value: Scalar, siblings: ReadonlyMap<string, Entry>): boolean {
  if (key !== 'key') return SECRET_KEYS.has(key);
  // A private key stands beside its certificate, or is recognised as PEM, which may be in base64.
  return siblings.has('crt') || /^(?:LS0t|-----BEGIN)/.test(String(value.value));
}

function isNothing(value: Scalar): boolean {
  return value.value === '' || (isPlain(value) && /^(?:|~|null|Null|NULL)$/.test(value.source));
}
