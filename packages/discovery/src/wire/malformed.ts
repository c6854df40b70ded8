import { CodedError } from '@cosi-ts/core';

/** Bytes that are not the message they should be, or a value that no message can carry. */
export class MalformedMessageError extends CodedError {
  readonly code = 'malformed-message';
  /** Full protobuf name of the message. */
  readonly typeName: string;

  constructor(typeName: string, reason: string) {
    super(`malformed ${typeName}: ${reason}`);
    this.typeName = typeName;
  }
}
