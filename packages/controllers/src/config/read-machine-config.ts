import { CodedError, type Files } from '@cosi-ts/core';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { configOfText } from './machine-config-of.ts';
import { parseMachineConfig } from './machine-config/parse.ts';
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
  return flawless(text) ?? parseMachineConfig(text, { file: path });
}

/** What nobody has to be told of a file for is read once for all. */
function flawless(text: string): ParsedMachineConfig | undefined {
  try {
    const config = configOfText(text);
    return config.warning === undefined ? config : undefined;
  } catch (thrown) {
    if (thrown instanceof MachineConfigError) return undefined;
    throw thrown;
  }
}
