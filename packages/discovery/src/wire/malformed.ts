/**
 * Bytes that are not the message they should be, or a value that no message can carry. It is the other side's doing,
 * hence expected, and captures no stack.
 */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  readonly code = 'MALFORMED_MESSAGE';
  /** Full protobuf name of the message. */
  readonly typeName: string;

  constructor(typeName: string, reason: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`malformed ${typeName}: ${reason}`);
    Error.stackTraceLimit = limit;
    this.typeName = typeName;
  }
}
