import { CodedError } from '@cosi-ts/core';

/** A value does not fit a type's declaration: where (`addresses[2]`) and why. */
export class SchemaError extends CodedError {
  readonly code = 'schema';
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(path === '' ? reason : `${path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}
