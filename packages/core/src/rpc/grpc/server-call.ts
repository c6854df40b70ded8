import type { ServerCall } from '../rpc.ts';
import { normalizePeer } from './address.ts';
import type { Grpc } from './load.ts';

/** The parts of grpc-js's two kinds of server calls that we read. */
export type WireCall = Grpc.ServerUnaryCall<Buffer, Buffer> | Grpc.ServerWritableStream<Buffer, Buffer>;

/** A call as handlers see it. */
export class GrpcServerCall implements ServerCall {
  readonly method: string;
  readonly peer: string;
  readonly timeLeft: number | undefined;
  readonly signal: AbortSignal;
  readonly organizations: readonly string[] | undefined;
  readonly #wire: WireCall;
  #metadata: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(wire: WireCall, signal: AbortSignal, isUnix: boolean) {
    this.#wire = wire;
    this.method = wire.getPath();
    this.peer = isUnix ? 'unix:' : normalizePeer(wire.getPeer());
    this.timeLeft = timeLeftUntil(wire.getDeadline());
    this.organizations = organizationsOf(wire);
    this.signal = signal;
  }

  get metadata(): ReadonlyMap<string, readonly string[]> {
    this.#metadata ??= new Map(
      Object.entries(this.#wire.metadata.toJSON()).map(([key, values]) => [key, values.map(text)]),
    );
    return this.#metadata;
  }
}

/** Asked for while the connection is there: grpc-js gives a certificate only if TLS verified it. */
function organizationsOf(wire: WireCall): readonly string[] | undefined {
  const certificate = wire.getAuthContext().sslPeerCertificate;
  if (certificate === undefined) return undefined;
  // Types say that a subject has one organization.
  const organizations: string | readonly string[] | undefined = certificate.subject.O;
  return organizations === undefined ? [] : [organizations].flat();
}

function timeLeftUntil(deadline: Grpc.Deadline): number | undefined {
  return deadline === Infinity ? undefined : Math.max(Number(deadline) - Date.now(), 0);
}

function text(value: Grpc.MetadataValue): string {
  return typeof value === 'string' ? value : value.toString('base64');
}
