/** Stands where a secret was. */
export const REDACTED = 'REDACTED';

/** Names of secrets as specs, configurations and log lines have them, whatever their spelling: `clusterSecret`, `private_key`, `Token`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const SECRET_NAME =
  /secret|token|private_?key|encryption_?key|preshared_?key|password|passphrase|credential|^auth(?:orization)?$/i;
