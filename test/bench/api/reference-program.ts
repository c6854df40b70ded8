import { buildReference } from '../run-suite.ts';

let built: Promise<string> | undefined;

/** The path of the program in Go that serves and asks. @throws Error where there is no Go */
export function referenceProgram(): Promise<string> {
  built ??= buildReference('go');
  return built;
}
