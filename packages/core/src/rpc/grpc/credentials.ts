import { readFileSync } from 'node:fs';
import { messageOf } from '../../errors/coded-error.ts';
import { RpcError } from '../rpc-error.ts';
import type { TlsIdentity } from '../rpc.ts';
import { loadGrpc, type Grpc } from './load.ts';

/** @throws RpcError `INVALID_ARGUMENT` if a PEM text is none, or a key does not fit its certificate. */
export function channelCredentials(tls: TlsIdentity | undefined): Grpc.ChannelCredentials {
  const { credentials } = loadGrpc();
  if (tls === undefined) return credentials.createInsecure();
  const [ca, key, certificate] = [rootsOf(tls), pem(tls.key), pem(tls.certificate)];
  return checked(() => credentials.createSsl(ca, key, certificate));
}

/** Read for each connection: a host may be given other authorities while this process lives. */
function rootsOf({ ca }: TlsIdentity): Buffer | null {
  const file = process.env['SSL_CERT_FILE'] ?? '';
  if (ca !== undefined || file === '') return pem(ca);
  return checked(() => pem(readFileSync(file, 'utf8')));
}

/** Runs what reads PEM texts. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw new RpcError('INVALID_ARGUMENT', `the TLS identity cannot be used: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Bytes for OpenSSL. @throws RpcError `INVALID_ARGUMENT` */
export function pem(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  // OpenSSL ignores a list of authorities that it cannot read, and then trusts nobody without saying why.
  if (!text.includes('-----BEGIN '))
    throw new RpcError('INVALID_ARGUMENT', 'the TLS identity has a text that is no PEM');
  return Buffer.from(text);
}
