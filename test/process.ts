import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const COSI = fileURLToPath(new URL('../packages/cli/bin/cosi.js', import.meta.url));

/** A child process, ended with the test at the latest. */
export interface Running {
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when the output holds what is looked for; rejects if the process ends first. */
  until(pattern: RegExp | ((out: string) => boolean)): Promise<string>;
  /** Writes to its standard input. */
  say(text: string): void;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The real `cosi`. */
export function startCosi(...args: readonly string[]): Running {
  return startProcess(process.execPath, [COSI, ...args]);
}

export function startProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Running {
  const running = spawnProcess(program, args, env, cwd);
  onTestFinished(async () => {
    await running.end('SIGKILL');
  });
  return running;
}

/** The same for a process that several tests share: whoever starts it ends it. */
export function spawnProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Running {
  const child = spawn(program, args, {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    tell();
  });
  // Whoever reads nothing more has ended, which is told below.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, out, err: err.replaceAll(OF_THE_MACHINE, '') });
      tell();
    });
  });
  const until: Running['until'] = (pattern) =>
    new Promise((resolve, reject) => {
      const matches = typeof pattern === 'function' ? pattern : (text: string) => pattern.test(text);
      const look = (): void => {
        if (matches(out + err)) resolve(out);
        else if (child.exitCode === null && child.signalCode === null) return;
        else reject(new Error(`${[program, ...args].join(' ')} ended before ${String(pattern)}:\n${out}${err}`));
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  return {
    child,
    out: () => out,
    err: () => err,
    until,
    say: (text) => void child.stdin.write(text),
    ended,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** What a process says when the machine has no time for it, as when other tests run beside. */
const OF_THE_MACHINE = /^warn {2}held the event loop .*\n/gm;

/** A directory that goes with the test; short, since sockets lie in it. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cosi-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** An address of this machine that nobody listens at, for programs that cannot choose one themselves. */
export async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}
