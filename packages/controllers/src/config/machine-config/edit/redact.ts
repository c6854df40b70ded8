import { isNode, isScalar, visit, type Node, type Scalar } from 'yaml';
import { MachineConfigError } from '../problem.ts';
import { readDocuments, type YamlDocuments } from '../yaml/documents.ts';
import { isPlain, type Entry } from '../yaml/entries.ts';
import { replaceScalar, splice } from './splice.ts';

export interface RedactOptions {
  /** What stands in the place of a secret. */
  readonly replacement?: string;
  /** More keys whose values are secret, with all that is in them. */
  readonly alsoSecret?: (key: string) => boolean;
}

/**
 * Replaces the secrets in the text of a configuration, those of Talos that are of no use here included, and keeps every
 * other character: ids stay, and so do secrets that are empty.
 *
 * @throws MachineConfigError when the text is no YAML, so that nobody could tell what in it is secret.
 */
export function redactMachineConfig(text: string, options: RedactOptions = {}): string {
  const { replacement = 'REDACTED' } = options;
  const secrets = [...secretsOf(readable(text), options)];
  return splice(
    text,
    secrets.map((scalar) => replaceScalar(text, scalar, replacement)),
  );
}

/**
 * The secrets themselves, for who must find them elsewhere.
 *
 * @throws MachineConfigError when the text is no YAML.
 */
export function machineConfigSecrets(text: string, options: Pick<RedactOptions, 'alsoSecret'> = {}): readonly string[] {
  return [...secretsOf(readable(text), options)].map(({ value }) => String(value));
}

function readable(text: string): YamlDocuments {
  const yaml = readDocuments(text, '');
  if (!yaml.readable) throw new MachineConfigError(yaml.problems.list());
  return yaml;
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
function secretsOf(
  { roots, entries }: YamlDocuments,
  { alsoSecret = () => false }: Pick<RedactOptions, 'alsoSecret'>,
): ReadonlySet<Scalar> {
  const secrets = new Set<Scalar>();
  const hide = (value: unknown): void => {
    if (isScalar(value) && !isNothing(value)) secrets.add(value);
  };
  const hideWithin = (value: Node): void => {
    visit(value, { Scalar: (key, scalar) => (key === 'key' ? undefined : hide(scalar)) });
  };
  for (const root of roots) {
    visit(root, {
      Map(_, map) {
        const all = entries.of(map);
        for (const [key, { value }] of all) {
          if (isNode(value) && alsoSecret(key)) hideWithin(value);
          else if (isScalar(value) && isSecret(key, value, all)) hide(value);
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
