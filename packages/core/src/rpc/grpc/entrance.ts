import type { Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { RpcError } from '../rpc-error.ts';
import type { TlsIdentity } from '../rpc.ts';
import { checked, pem } from './credentials.ts';
import { byPreface } from './protocol.ts';

/** Where accepted connections go in: by what they speak, and through TLS if there is an identity. */
export interface Entrance {
  enter(socket: Socket): void;
  /** Shows another identity from now on. @throws RpcError `INVALID_ARGUMENT`: then the old one stays */
  renew(tls: TlsIdentity): void;
}

type Accept = (socket: Socket) => void;

/** @throws RpcError `INVALID_ARGUMENT` if the identity cannot be used */
export function entranceOf(tls: TlsIdentity | undefined, http2: Accept, web: Accept | undefined): Entrance {
  if (tls !== undefined) return tlsEntrance(tls, http2, web);
  return {
    enter: web === undefined ? http2 : (socket) => byPreface(socket, http2, web),
    renew() {
      throw new RpcError('INVALID_ARGUMENT', 'the listener is plaintext and has no TLS identity to renew');
    },
  };
}

/** TLS 1.2 or later, and what is spoken by ALPN. With `ca`, clients must show a certificate that it signed. */
function tlsEntrance(tls: TlsIdentity, http2: Accept, web: Accept | undefined): Entrance {
  const isVerifying = tls.ca !== undefined;
  const server = checked(() =>
    createServer({
      ...secureContext(tls),
      requestCert: isVerifying,
      rejectUnauthorized: isVerifying,
      ALPNProtocols: web === undefined ? ['h2'] : ['h2', 'http/1.1'],
    }),
  );
  server.on('secureConnection', (socket) => {
    socket.on('error', () => void socket.destroy());
    if (socket.alpnProtocol === 'h2') http2(socket);
    else if (web === undefined) socket.destroy();
    else web(socket);
  });
  // A handshake that failed is the client's affair; node has closed the connection.
  server.on('tlsClientError', () => undefined);
  return {
    enter(socket) {
      // It may be kept half open: after a client that was refused and left, nobody else would close it.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
    renew: (renewed) => checked(() => server.setSecureContext(secureContext(renewed))),
  };
}

function secureContext(tls: TlsIdentity): TlsOptions {
  const [key, cert, ca] = [pem(tls.key), pem(tls.certificate), pem(tls.ca)];
  if (key === null || cert === null) {
    throw new RpcError('INVALID_ARGUMENT', 'a TLS server needs a certificate and its key');
  }
  return { key, cert, minVersion: 'TLSv1.2', ...(ca !== null && { ca }) };
}
