import { MachineConfigError, formatProblem } from '@cosi-ts/controllers';
import { CodedError, FileError, messageOf } from '@cosi-ts/core';
import { CommandError } from '../io.ts';

/** Expected errors of what a command runs become one line (of a configuration, one for each problem); anything else is a defect and keeps its stack. */
export function asCommandError(thrown: unknown): unknown {
  if (!(thrown instanceof CodedError)) return thrown;
  if (thrown instanceof MachineConfigError) {
    return new CommandError(thrown.problems.map(formatProblem).join('\ncosi: '), { cause: thrown });
  }
  if (thrown instanceof FileError && (thrown.code === 'EEXIST' || thrown.code === 'ENOTDIR')) {
    return new CommandError(`${thrown.path} is no directory: name another one`, { cause: thrown });
  }
  return new CommandError(messageOf(thrown).trimEnd(), { cause: thrown });
}
