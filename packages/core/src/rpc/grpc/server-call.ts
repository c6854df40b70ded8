import type { RpcError } from '../rpc-error.ts';
import type { ServerCall } from '../rpc.ts';
import { normalizePeer } from './address.ts';
import type { Grpc } from './load.ts';
import { rawCallOf } from './raw-call.ts';
import { WireMetadata } from './wire-metadata.ts';

/** The parts of grpc-js's kinds of server calls that we read. */
export type WireCall = Grpc.ServerUnaryCall<Buffer, Buffer> | WireStream;

/** What there is for a stream to the client, whether or not there is one from it, too. */
export type WireStream = Grpc.ServerWritableStream<Buffer, Buffer> | Grpc.ServerDuplexStream<Buffer, Buffer>;

/** What a listener knows of its connections. */
export interface ConnectionKind {
  readonly isUnix: boolean;
  /** Whether clients show certificates. */
  readonly isVerifying: boolean;
}

/** A call as handlers see it. What few of them look at is made when one does. */
export class GrpcServerCall implements ServerCall {
  readonly method: string;
  readonly timeLeft: number | undefined;
  readonly organizations: readonly string[] | undefined;
  readonly fingerprint: string | undefined;
  readonly #wire: WireCall;
  readonly #isUnix: boolean;
  #peer: string | undefined;
  #metadata: ReadonlyMap<string, readonly string[]> | undefined;
  #controller: AbortController | undefined;
  #reason: RpcError | undefined;
  #onWatched: (() => void) | undefined;

  constructor(wire: WireCall, { isUnix, isVerifying }: ConnectionKind) {
    this.#wire = wire;
    this.#isUnix = isUnix;
    this.method = wire.getPath();
    this.timeLeft = timeLeftUntil(wire.getDeadline());
    // Asked for while the connection is there: grpc-js gives a certificate only if TLS verified it.
    const certificate = isVerifying ? wire.getAuthContext().sslPeerCertificate : undefined;
    this.organizations = certificate && organizationsOf(certificate.subject);
    this.fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase();
  }

  get peer(): string {
    this.#peer ??= this.#isUnix ? 'unix:' : peerOf(this.#wire);
    return this.#peer;
  }

  get metadata(): ReadonlyMap<string, readonly string[]> {
    this.#metadata ??= new WireMetadata(this.#wire.metadata);
    return this.#metadata;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
      else this.#onWatched?.();
    }
    return this.#controller.signal;
  }

  /** Whether its signal is aborted, or would be if there were one. */
  get isAborted(): boolean {
    return this.#reason !== undefined || this.#wire.cancelled;
  }

  /** Calls back when somebody looks at the signal, perhaps at once. Most calls end before anybody does. */
  onWatched(listen: () => void): void {
    if (this.#controller === undefined) this.#onWatched = listen;
    else listen();
  }

  abort(reason: RpcError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** What grpc-js noted when the call began: the connection may be gone. */
function peerOf(wire: WireCall): string {
  const { remoteAddress, remotePort } = rawCallOf(wire).connectionInfo;
  return remoteAddress === undefined ? 'unknown' : normalizePeer(`${remoteAddress}:${remotePort}`);
}

/** Types say that a subject has one organization. */
function organizationsOf({ O }: { readonly O?: string | readonly string[] }): readonly string[] {
  return O === undefined ? [] : [O].flat();
}

function timeLeftUntil(deadline: Grpc.Deadline): number | undefined {
  return deadline === Infinity ? undefined : Math.max(Number(deadline) - Date.now(), 0);
}
