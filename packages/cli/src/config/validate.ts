import { resolve } from 'node:path';
import { checkMachineConfig, formatProblem } from '@cosi-ts/controllers';
import { realHost } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import { CommandError, type CommandIo } from '../io.ts';

/** Tells what is wrong with a configuration, one line each, as editors read it. */
export async function validate(io: CommandIo, file: string): Promise<void> {
  const { config, problems } = checkMachineConfig(await readText(resolve(io.cwd, file), file), { file });
  if (problems.length > 0) {
    for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
    throw new CommandError(
      `${file} cannot be used: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`,
    );
  }
  if (config?.warning !== undefined) {
    const { message, ...place } = config.warning;
    io.err.write(`${formatProblem({ ...place, message: `warning: ${message}` })}\n`);
  }
  io.out.write(`${file} is valid\n`);
}

/** @param shown the file as the user named it */
async function readText(path: string, shown: string): Promise<string> {
  const bytes = await realHost()
    .files.read(path)
    .catch((thrown: unknown) => {
      throw asCommandError(thrown);
    });
  if (bytes === undefined) throw new CommandError(`there is no file ${shown}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${shown} is no UTF-8 text`);
  }
}
