import { describe, expect, test } from 'vitest';
import { FileError } from '@cosi-ts/core';
import { KubernetesError, type KubernetesApi } from '../api.ts';
import { kubeconfigAccess } from './kubeconfig.ts';

const PATH = '/etc/kubernetes/kubeconfig';
const SECRET = 'hunter2';

describe('what is said of a kubeconfig', () => {
  test.each([
    ['that is no YAML', `user: {token: ${SECRET}, : : [`, /no kubeconfig: it is no YAML, at line 1, column \d+$/],
    ['with a tab', `users:\n  - token: ${SECRET}\n\tx: y`, /no kubeconfig: it is no YAML, at line 3, column 1$/],
    ['with a key twice', `token: ${SECRET}\ntoken: ${SECRET}\n`, /no kubeconfig: it is no YAML, at line 2/],
    ['that is only a token', SECRET, /names no cluster as its current one/],
    ['that is empty', '', /is no kubeconfig/],
    [
      'without a server',
      configOf({ cluster: 'x: y', user: `token: ${SECRET}` }),
      /clusters\[0\]\.cluster\.server is missing/,
    ],
  ])('%s tells nobody what is in it', async (_, text, expected) => {
    const failure = await failureOf(() => accessTo({ [PATH]: text }).open());
    expect(failure.message).toMatch(expected);
    expect(everythingOf(failure)).not.toContain(SECRET);
  });

  test('that is not there, or may not be read, is that', async () => {
    expect((await failureOf(() => accessTo({}).open())).message).toBe(`there is no kubeconfig at ${PATH} yet`);
    expect((await failureOf(() => accessTo({ [PATH]: undefined }).open())).message).toMatch(/permission denied/);
  });
});

describe('the server', () => {
  test.each([
    ['https://10.0.0.1:6443', 'https://10.0.0.1:6443'],
    [`https://admin:${SECRET}@10.0.0.1:6443`, 'https://10.0.0.1:6443'],
    [`https://admin:${SECRET}@x@:y:z/path`, 'https://:y:z/path'],
    [`admin:${SECRET}@10.0.0.1`, '10.0.0.1'],
    ['https://10.0.0.1/clusters/a@b', 'https://10.0.0.1/clusters/a@b'],
  ])('%s is shown without a password', async (server, shown) => {
    const { server: actual } = await open({ cluster: `server: "${server}"` });
    expect(actual).toBe(shown);
  });

  test('that is none is an error, and not a crash', async () => {
    const api = await open({ cluster: `server: "https://admin:${SECRET}@:y:z"` });
    expect(everythingOf(await failureOf(() => listOf(api)))).not.toContain(SECRET);
  });
});

describe('credentials that cannot be had', () => {
  const exec = (script: string): string =>
    `exec: {apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["-e", "${script}"]}`;

  test.each([
    ['a certificate that is not there', 'client-certificate: no.crt, client-key: no.key', /ENOENT.*no\.crt/],
    ['a certificate that is none', 'client-certificate-data: aHVudGVyMg==, client-key-data: aHVudGVyMg==', /PEM/],
    ['a token file that is not there', 'tokenFile: token', /there is no token at \/etc\/kubernetes\/token yet/],
    ['a token file that may not be read', 'tokenFile: secret', /permission denied/],
    ['a plugin that is not there', 'exec: {command: /nowhere/plugin}', /ENOENT/],
    ['a plugin that answers something else', exec(`console.log('${SECRET}')`), /what the plugin answered is no JSON/],
    ['a token that is no header', `token: "${SECRET}\\n${SECRET}"`, /Invalid character in header content/],
  ])('%s are an error that tells why, and nothing else', async (_, user, expected) => {
    const api = await open({ user }, { '/etc/kubernetes/secret': undefined });
    for (const call of [listOf, patchOf]) {
      const failure = await failureOf(() => call(api));
      expect(failure.message).toMatch(expected);
      expect(everythingOf(failure)).not.toContain(SECRET);
    }
  });
});

interface Parts {
  readonly cluster?: string;
  readonly user?: string;
}

function configOf({ cluster = 'server: "https://127.0.0.1:1"', user = '' }: Parts): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    `clusters: [{name: c, cluster: {${cluster}}}]`,
    `users: [{name: u, user: {${user}}}]`,
    'contexts: [{name: x, context: {cluster: c, user: u}}]',
    'current-context: x',
  ].join('\n');
}

function open(parts: Parts, more: Record<string, string | undefined> = {}): Promise<KubernetesApi> {
  return accessTo({ [PATH]: configOf(parts), ...more }).open();
}

/** Files by path; one that is undefined may not be read. */
function accessTo(files: Record<string, string | undefined>) {
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    if (!(path in files)) return undefined;
    const text = files[path];
    if (text === undefined) throw new FileError('EACCES', path, `permission denied: ${path}`);
    return new TextEncoder().encode(text);
  };
  return kubeconfigAccess({ read, watch: () => ({ stop: () => undefined }) }, PATH);
}

const listOf = (api: KubernetesApi): Promise<unknown> => api.list({ limit: 1 }, AbortSignal.timeout(10_000));
const patchOf = (api: KubernetesApi): Promise<unknown> => api.annotate('here', {}, AbortSignal.timeout(10_000));

/** Others than a KubernetesError would crash a controller. */
async function failureOf(work: () => Promise<unknown>): Promise<KubernetesError> {
  const thrown = await work().then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(thrown).toBeInstanceOf(KubernetesError);
  return thrown as KubernetesError;
}

/** The message, and those of its causes. */
function everythingOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.stack}\n${everythingOf(thrown.cause)}` : String(thrown);
}
