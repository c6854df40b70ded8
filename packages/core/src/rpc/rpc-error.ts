import { CodedError } from '../errors/coded-error.ts';

/** The gRPC status codes by name. */
export const RpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type RpcStatusName = keyof typeof RpcStatus;

/** A call that ended with a status other than OK. */
export class RpcError extends CodedError {
  readonly code = 'rpc';
  readonly status: RpcStatusName;

  constructor(status: RpcStatusName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const NAMES = new Map(Object.entries(RpcStatus).map(([name, number]) => [number as number, name as RpcStatusName]));

/** The name of a status number; UNKNOWN for one that gRPC does not define. */
export function rpcStatusName(number: number): RpcStatusName {
  return NAMES.get(number) ?? 'UNKNOWN';
}
