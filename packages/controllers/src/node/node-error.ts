import { CodedError } from '@cosi-ts/core';

/** A node cannot be started; the message says what to do. */
export class NodeError extends CodedError {
  readonly code = 'node';
}
