import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '../../errors/coded-error.ts';
import type { Logger } from '../../host/logger.ts';
import type { WebHandler, WebRequest, WebResponse } from '../web.ts';

/** Milliseconds of silence after which a connection is closed. */
const PATIENCE = 10_000;

/** Serves HTTP/1.1 on connections that others have accepted. */
export function webServer(handler: WebHandler, log: Logger): (socket: Socket) => void {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing, handler, log));
  return (socket) => {
    socket.setTimeout(PATIENCE, () => socket.destroy());
    server.emit('connection', socket);
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, handler: WebHandler, log: Logger) {
  const request = requestOf(incoming);
  const { status, headers, body } = await respond(request, handler, log);
  // One request a connection: then a listener that closes has none to wait for.
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  outgoing.end(request.method === 'HEAD' ? undefined : body);
}

async function respond(request: WebRequest, handler: WebHandler, log: Logger): Promise<WebResponse> {
  try {
    return await handler(request);
  } catch (thrown) {
    log.error('a web page failed', { path: request.path, error: messageOf(thrown) });
    return { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'internal error\n' };
  }
}

function requestOf({ method = 'GET', url = '/' }: IncomingMessage): WebRequest {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  return { method, path, query: new URLSearchParams(question < 0 ? '' : url.slice(question)) };
}
