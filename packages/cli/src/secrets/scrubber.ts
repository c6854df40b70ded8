import { MachineConfigError, machineConfigSecrets, redactMachineConfig } from '@cosi-ts/controllers';
import { isSecretName, REDACTED } from './secret-name.ts';

/** Shorter ones are not looked for in text: they would be found everywhere, and they are no usable secrets. */
const SHORTEST = 8;

/** Private keys, and what their PEM form is in base64; user and password in a URL. */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /LS0tLS1CRUdJTi[\w+/-]{0,24}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[\w+/=-]*/g,
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi,
];

/** Keys of machine configurations under which anything may stand: files and manifests. */
const OPAQUE: ReadonlySet<string> = new Set(['content', 'contents']);

const options = { replacement: REDACTED, alsoSecret: (key: string) => isSecretName(key) || OPAQUE.has(key) };

/**
 * Takes secrets out of text: those that it was told of, wherever and in whichever encoding they stand, and what looks
 * like one. It hides rather too much than too little.
 */
export class Scrubber {
  readonly #known = new Set<string>();

  /** Remembers the secrets of a configuration, a bundle of secrets or a spec. Text that is no YAML has none that could be told. */
  learn(yaml: string): void {
    try {
      for (const secret of machineConfigSecrets(yaml, options)) this.#hide(secret);
    } catch (thrown) {
      if (!(thrown instanceof MachineConfigError)) throw thrown;
    }
  }

  /** Text of any kind, as a log is. */
  text(text: string): string {
    const rest = SECRET_TEXTS.reduce((rest, pattern) => rest.replaceAll(pattern, REDACTED), text);
    // The longest first: one may be in another.
    const known = [...this.#known].sort((a, b) => b.length - a.length);
    return known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), rest);
  }

  /** The YAML of a spec. */
  spec(yaml: string): string {
    const names = yaml.matchAll(/([\w./-]+)["']?:/g);
    return names.some(([, name = '']) => options.alsoSecret(name)) ? this.yaml(yaml) : this.text(yaml);
  }

  /** YAML as people write it, as a machine configuration is. Of what is no YAML nothing stays: nobody could tell what in it is secret. */
  yaml(yaml: string): string {
    try {
      return this.text(redactMachineConfig(yaml, options));
    } catch (thrown) {
      if (!(thrown instanceof MachineConfigError)) throw thrown;
      return REDACTED;
    }
  }

  #hide(secret: string): void {
    for (const form of formsOf(secret.trim())) if (form.length >= SHORTEST) this.#known.add(form);
  }
}

/** A secret as it stands, and what it is in base64 or hex if it is base64 of something. */
function formsOf(secret: string): readonly string[] {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(secret)) return [secret];
  const bytes = Buffer.from(secret, 'base64');
  const forms = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
  return [secret, ...forms, forms[0]?.replace(/=+$/, '') ?? ''];
}
