import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { MachineConfigError } from '../problem.ts';
import { machineConfigSecrets, redactMachineConfig } from './redact.ts';

const SECRET = 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=';

const file = (secret: string, pem: string) => `# Mine.
machine:
    token: ${secret} # not for you
    ca: {crt: LS0tcHVibGlj, key: "${secret}"}
    network: {interfaces: [{wireguard: {privateKey: '${secret}', peers: []}}]}
cluster:
    id: some-id
    secret:   ${secret}
    serviceAccount:
        key: |
            ${pem}
    apiServer: {extraArgs: {key: harmless}}
---
apiVersion: v1alpha1
kind: DiscoveryIdentityConfig
clusterID: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
clusterSecret: ${secret}
`;

describe('redaction', () => {
  test('replaces the secrets of Talos and nothing else', () => {
    const redacted = redactMachineConfig(file(SECRET, '-----BEGIN KEY-----\n            abc'));
    expect(redacted).toBe(file('REDACTED', 'REDACTED').replace('key: |\n            REDACTED\n', 'key: REDACTED\n'));
  });

  test.each([
    'cluster: {secret: ""}',
    'cluster: {secret: }',
    'cluster:\n  secret:\n',
    'cluster: {secret: null, id: x}',
    'kind: A\nsecret: {name: x}\n',
    'key: value\n',
    '',
  ])('leaves %j', (text) => {
    expect(redactMachineConfig(text)).toBe(text);
  });

  test('finds a secret behind an alias', () => {
    expect(redactMachineConfig(`x: &s ${SECRET}\ncluster: {secret: *s}\ny: *s`)).toBe(
      'x: &s REDACTED\ncluster: {secret: *s}\ny: *s',
    );
    expect(redactMachineConfig(`x: &s\n  secret: ${SECRET}\ncluster: {<<: *s}`)).not.toContain(SECRET);
  });

  test.prop([
    fc
      .string({ minLength: 1, unit: fc.constantFrom(...'aZ09+/=-_. #:'.split('')) })
      .filter((text) => text === text.trim()),
    fc.constantFrom('"', "'"),
  ])('never leaves one, whatever is in it', (secret, quote) => {
    const text = (value: string) =>
      `# x\ncluster: {id: a, secret: ${quote}${value}${quote}} # y\n---\nkind: B\ntoken: ${quote}${value}${quote}\n`;
    expect(redactMachineConfig(text(secret), { replacement: '<>' })).toBe(text('<>'));
  });

  test('hides all that is in what somebody else calls secret, and tells what it hid', () => {
    const text = (one: string, two: string, three: string) =>
      `files: [{content: ${one}, path: /x}]\nenv: {a: ${two}, b: []}\ncluster: {secret: ${three}}\n`;
    const options = { alsoSecret: (key: string) => key === 'content' || key === 'env' };
    expect(redactMachineConfig(text('one', '"two"', 'three'), options)).toBe(
      text('REDACTED', '"REDACTED"', 'REDACTED'),
    );
    expect(machineConfigSecrets(text('one', '"two"', 'three'), options).toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('gives up on text that is no YAML', () => {
    expect(() => redactMachineConfig(`cluster: {secret: ${SECRET}`)).toThrow(MachineConfigError);
  });
});
