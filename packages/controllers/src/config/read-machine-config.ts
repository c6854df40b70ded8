import { CodedError, type Files } from '@cosi-ts/core';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { parseMachineConfig } from './machine-config/parse.ts';

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
  return parseMachineConfig(text, { file: path });
}
