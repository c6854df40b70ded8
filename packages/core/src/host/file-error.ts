import { CodedError } from '../errors/coded-error.ts';

/** A failed file operation; `code` is the system's (`ENOENT`, `EACCES`, `ENOSPC`, …) or `ELOCKED`. */
export class FileError extends CodedError {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}
