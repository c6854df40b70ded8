/**
 * The base of every error that callers are expected to handle: a stable `code` to switch on, and the
 * subject it is about. Expected refusals capture no stack trace, which costs three times the error itself.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = limit;
  }

  /** The name of the class. It is no property of its own, which would cost each error a tenth of its time. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of an expected error; undefined for programmer errors and foreign values. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof CodedError ? thrown.code : undefined;
}
