import type { ServerCall } from '../rpc.ts';
import { normalizePeer } from './address.ts';
import type { Grpc } from './load.ts';

/** The parts of grpc-js's kinds of server calls that we read. */
export type WireCall =
  | Grpc.ServerUnaryCall<Buffer, Buffer>
  | Grpc.ServerWritableStream<Buffer, Buffer>
  | Grpc.ServerDuplexStream<Buffer, Buffer>;

/** A call as handlers see it. */
export class GrpcServerCall implements ServerCall {
  readonly method: string;
  readonly peer: string;
  readonly timeLeft: number | undefined;
  readonly signal: AbortSignal;
  readonly organizations: readonly string[] | undefined;
  readonly fingerprint: string | undefined;
  readonly #wire: WireCall;
  #metadata: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(wire: WireCall, signal: AbortSignal, isUnix: boolean) {
    this.#wire = wire;
    this.method = wire.getPath();
    this.peer = isUnix ? 'unix:' : normalizePeer(wire.getPeer());
    this.timeLeft = timeLeftUntil(wire.getDeadline());
    // Asked for while the connection is there: grpc-js gives a certificate only if TLS verified it.
    const certificate = wire.getAuthContext().sslPeerCertificate;
    this.organizations = certificate && organizationsOf(certificate.subject);
    this.fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase();
    this.signal = signal;
  }

  get metadata(): ReadonlyMap<string, readonly string[]> {
    this.#metadata ??= new Map(
      Object.entries(this.#wire.metadata.toJSON()).map(([key, values]) => [key, values.map(text)]),
    );
    return this.#metadata;
  }
}

/** Types say that a subject has one organization. */
function organizationsOf({ O }: { readonly O?: string | readonly string[] }): readonly string[] {
  return O === undefined ? [] : [O].flat();
}

function timeLeftUntil(deadline: Grpc.Deadline): number | undefined {
  return deadline === Infinity ? undefined : Math.max(Number(deadline) - Date.now(), 0);
}

function text(value: Grpc.MetadataValue): string {
  return typeof value === 'string' ? value : value.toString('base64');
}
