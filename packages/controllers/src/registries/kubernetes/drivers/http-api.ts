import type { ClientRequest, IncomingMessage } from 'node:http';
import http from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { messageOf } from '@cosi-ts/core';
import { KubernetesError, type KubernetesApi, type NodeWatch } from '../api.ts';
import { statusError } from '../watch-event.ts';
import { lineReader } from './lines.ts';

const NODES = '/api/v1/nodes';
/** Bytes of an answer; a page of a hundred Nodes has about two million. */
const MAX_ANSWER = 256 * 1024 * 1024;

/** A password in a URL is a way to log in, and nobody else's business. */
const USER_INFO = /^([^/]*\/\/)?[^/]*@/;

/** The API of a server over HTTPS; `options` says for each request who asks. */
export function httpApi(server: string, options: () => Promise<Credentials>): KubernetesApi {
  const send = async (request: Request, signal: AbortSignal): Promise<IncomingMessage> => {
    const response = await respond(server, await options(), request, signal);
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    throw refusal(statusCode, await textOf(response));
  };
  return {
    server: server.replace(USER_INFO, '$1'),
    async list({ name, limit, continue: next }, signal) {
      const query = { ...selector(name), limit: String(limit), ...(next === undefined ? {} : { continue: next }) };
      return textOf(await send({ method: 'GET', path: `${NODES}?${params(query)}` }, signal));
    },
    async watch({ name, resourceVersion, timeoutSeconds }, signal) {
      const query = {
        ...selector(name),
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion,
        timeoutSeconds: String(timeoutSeconds),
      };
      return watchOf(await send({ method: 'GET', path: `${NODES}?${params(query)}` }, signal));
    },
    async annotate(node, annotations, signal) {
      const body = JSON.stringify({ metadata: { annotations } });
      const path = `${NODES}/${encodeURIComponent(node)}`;
      await textOf(await send({ method: 'PATCH', path, body }, signal));
    },
  };
}

/** Who asks: certificates, an agent, headers. */
export type Credentials = Omit<RequestOptions, 'headers'> & { readonly headers: Readonly<Record<string, string>> };

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

function selector(name: string | undefined): Record<string, string> {
  return name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
}

function params(query: Record<string, string>): string {
  return new URLSearchParams(query).toString();
}

function respond(
  server: string,
  options: Credentials,
  { method, path, body }: Request,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = `${server.replace(/\/$/, '')}${path}`;
    const headers = {
      ...options.headers,
      Accept: 'application/json',
      'User-Agent': 'cosi-ts',
      ...(body === undefined ? {} : { 'Content-Type': 'application/strategic-merge-patch+json' }),
    };
    const fail = (thrown: unknown): void => reject(unreachable(thrown));
    let request: ClientRequest;
    try {
      const { request: open } = url.startsWith('http:') ? http : https;
      request = open(url, { ...options, method, headers, signal });
    } catch (thrown) {
      fail(thrown);
      return;
    }
    request.on('response', resolve);
    request.on('error', fail);
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_ANSWER) throw new Error('the answer is too long');
    }
  } catch (thrown) {
    throw unreachable(thrown);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function watchOf(response: IncomingMessage): NodeWatch {
  const lines = lineReader(response);
  return {
    async next() {
      try {
        return await lines.next();
      } catch (thrown) {
        throw unreachable(thrown);
      }
    },
    close: () => response.destroy(),
  };
}

function refusal(status: number, body: string): KubernetesError {
  try {
    return statusError(JSON.parse(body), status);
  } catch {
    return new KubernetesError(`HTTP status ${status}`, status);
  }
}

function unreachable(thrown: unknown): KubernetesError {
  const inner = thrown instanceof AggregateError ? (thrown.errors as readonly unknown[])[0] : thrown;
  return new KubernetesError(messageOf(inner), undefined, { cause: thrown });
}
