import { dirname, resolve } from 'node:path';
import type { RequestOptions } from 'node:https';
import { messageOf, type Files } from '@cosi-ts/core';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { KubernetesError, type KubernetesAccess } from '../api.ts';
import { record } from '../kubernetes-node.ts';
import { httpApi } from './http-api.ts';

/**
 * A cluster as a kubeconfig leads to it: server, CA, client certificate, token, token file, and whatever plugins
 * `@kubernetes/client-node` knows. That library is imported when it is needed first. What the file names is read anew for
 * each request, so that credentials may be rotated.
 */
export function kubeconfigAccess(files: Pick<Files, 'read' | 'watch'>, path: string): KubernetesAccess {
  return {
    async open() {
      const text = await readText(files, path);
      const { KubeConfig } = await importLibrary();
      const config = new KubeConfig();
      const tokenFile = (): string | undefined => tokenFileOf(text, config.getCurrentUser()?.name, path);
      try {
        config.loadFromString(text);
        config.makePathsAbsolute(dirname(path));
      } catch (thrown) {
        throw new KubernetesError(`${path} is no kubeconfig: ${withoutContent(thrown)}`);
      }
      const cluster = config.getCurrentCluster();
      if (cluster === null) throw new KubernetesError(`${path} names no cluster as its current one`);
      return httpApi(cluster.server, async () => {
        const options: RequestOptions = {};
        await config.applyToHTTPSOptions(options).catch((thrown: unknown) => {
          throw new KubernetesError(`the credentials of ${path} cannot be had: ${withoutContent(thrown)}`);
        });
        // The library keeps an agent for ever, and with it the certificate of its beginning.
        if (cluster.proxyUrl === undefined) options.agent = false;
        const file = tokenFile();
        const headers = file === undefined ? {} : { Authorization: `Bearer ${await readToken(files, file)}` };
        return { ...options, headers: { ...(options.headers as Record<string, string> | undefined), ...headers } };
      });
    },
    watch: (changed) => files.watch(path, changed),
  };
}

async function readText(files: Pick<Files, 'read'>, path: string): Promise<string> {
  const bytes = await files.read(path).catch((thrown: unknown) => {
    throw new KubernetesError(messageOf(thrown), undefined, { cause: thrown });
  });
  if (bytes === undefined) throw new KubernetesError(`there is no kubeconfig at ${path} yet`);
  return new TextDecoder().decode(bytes);
}

async function importLibrary(): Promise<{ readonly KubeConfig: typeof KubeConfig }> {
  try {
    return await import('@kubernetes/client-node');
  } catch (thrown) {
    throw new KubernetesError(
      `the Kubernetes registry needs the package @kubernetes/client-node: ${messageOf(thrown)}`,
      undefined,
      { cause: thrown },
    );
  }
}

/** What went wrong, for anybody to read: parsers quote what they stumbled over, which may be a token or a key. */
function withoutContent(thrown: unknown): string {
  const message = messageOf(thrown);
  const { mark } = record(thrown);
  if (mark !== undefined) {
    const { line, column } = record(mark);
    return `it is no YAML, at line ${Number(line) + 1}, column ${Number(column) + 1}`;
  }
  return message.includes('JSON') ? 'what the plugin answered is no JSON' : message;
}

/** The library takes `tokenFile` for nothing. */
function tokenFileOf(text: string, user: string | undefined, path: string): string | undefined {
  const users = record(parse(text))['users'];
  const entry = Array.isArray(users) ? users.map(record).find(({ name }) => name === user) : undefined;
  const file = record(entry?.['user'])['tokenFile'];
  return typeof file === 'string' && file !== '' ? resolve(dirname(path), file) : undefined;
}

async function readToken(files: Pick<Files, 'read'>, file: string): Promise<string> {
  const token = await files.read(file).catch((thrown: unknown) => {
    throw new KubernetesError(messageOf(thrown), undefined, { cause: thrown });
  });
  if (token === undefined) throw new KubernetesError(`there is no token at ${file} yet`);
  return new TextDecoder().decode(token).trim();
}
