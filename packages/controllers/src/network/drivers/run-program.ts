import { spawn } from 'node:child_process';

/** A program ended in an error: what it was, and what it said. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** What it wrote to its standard error. */
  readonly said: string;

  constructor(program: string, args: readonly string[], said: string) {
    super(`${[program, ...args].join(' ')}: ${said.trim().split('\n')[0] ?? ''}`);
    this.said = said;
  }
}

/** Where the programs lie, also for who is not root by his own login. */
export const PROGRAM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Milliseconds; none of our programs waits for anything. */
const TIMEOUT = 10_000;

/**
 * Runs a program to its end and gives what it wrote. Secrets go to its standard input: arguments are seen by everybody.
 *
 * @throws ProgramError if it cannot be run, or ends in an error
 */
export function runProgram(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: programEnvironment(), timeout: TIMEOUT, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    // Who reads nothing of it has failed already, which is told below.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (thrown) => reject(new ProgramError(program, args, thrown.message)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new ProgramError(program, args, err === '' ? `ended with ${code ?? signal ?? ''}` : err));
    });
  });
}

/** Nothing of ours but where programs are: `wireguard-go` heeds variables that make it fork without end. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: PROGRAM_PATH, LOG_LEVEL: 'error' };
}
