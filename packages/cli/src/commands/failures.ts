import { CodedError, messageOf } from '@cosi-ts/core';
import { CommandError } from '../io.ts';

/** Expected errors of what a command runs become one line; anything else is a defect and keeps its stack. */
export function asCommandError(thrown: unknown): unknown {
  if (!(thrown instanceof CodedError)) return thrown;
  return new CommandError(messageOf(thrown).trimEnd(), { cause: thrown });
}
