import { CodedError, type Files } from '@cosi-ts/core';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { configOfText } from './machine-config-of.ts';
import { MachineConfigError } from './machine-config/problem.ts';

/** A configuration file that cannot be used; the message says where and why, and never shows a secret. */
export class MachineConfigFileError extends CodedError {
  readonly code = 'machine-config-file';
}

/** A configuration file, checked. @throws MachineConfigFileError, FileError, or the parser's error */
export async function readMachineConfig(files: Files, path: string): Promise<ParsedMachineConfig> {
  const bytes = await files.read(path);
  if (bytes === undefined) {
    throw new MachineConfigFileError(`there is no machine configuration at ${path}; \`cosi gen config\` writes one`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MachineConfigFileError(`${path} is no UTF-8 text`);
  }
  return inFile(path, text);
}

/** What is told of a configuration names its file; what is read of it is the same for all who ask. */
function inFile(file: string, text: string): ParsedMachineConfig {
  try {
    const config = configOfText(text);
    const { warning } = config;
    return warning === undefined ? config : { ...config, warning: { ...warning, file } };
  } catch (thrown) {
    if (!(thrown instanceof MachineConfigError)) throw thrown;
    throw new MachineConfigError(thrown.problems.map((problem) => ({ ...problem, file })));
  }
}
