import { CodedError } from '../errors/coded-error.ts';

/** An `events()` cursor fell further behind than the history reaches: events are lost, and it says so. */
export class CursorOverrunError extends CodedError {
  readonly code = 'overrun';
  readonly table: string;

  constructor(table: string, written: number, position: number, capacity: number) {
    super(`buffer overrun: ${table}, write pos ${written}, pos ${position}, capacity ${capacity}`);
    this.table = table;
  }
}
