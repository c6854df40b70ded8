import { processIo } from './process/io.ts';
import { run } from './program.ts';

/** What the `cosi` command runs, with the arguments after its name. Returns the exit code, and never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  return run(argv, processIo());
}
