import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NODE_FLAGS } from '../../run-suite.ts';
import { referenceProgram } from '../reference-program.ts';

/** Who is asked: a state server that knows the type or not, ours or the reference's, or one that does nothing. */
export type Served = 'ours-untyped' | 'ours-typed' | 'reference-untyped' | 'reference-typed' | 'library' | 'entrance';

/** A server in a process of its own. */
export interface ServerUnderTest extends AsyncDisposable {
  /** Of its socket. */
  readonly path: string;
  readonly pid: number;
}

const COSI = path.join(import.meta.dirname, '../../../../packages/cli/bin/cosi.js');
const program = (name: string): string => path.join(import.meta.dirname, `${name}.ts`);

export async function startServer(served: Served): Promise<ServerUnderTest> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const socket = path.join(directory, 's');
  const [command, ...args] = await commandOf(served, socket);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', process.env['BENCH_LOG'] ? 'inherit' : 'ignore'] });
  await answering(child, socket);
  return {
    path: socket,
    pid: child.pid as number,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function commandOf(served: Served, socket: string): Promise<[string, ...string[]]> {
  const address = `unix:${socket}`;
  // To profile, or to try what memory settings do.
  const node = [process.execPath, ...(process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [])] as [string, ...string[]];
  switch (served) {
    case 'ours-untyped':
      return [...node, COSI, 'state', 'serve', '--listen', address];
    case 'ours-typed':
      return [...node, ...NODE_FLAGS, program('typed-server'), address];
    case 'library':
    case 'entrance':
      return [...node, ...NODE_FLAGS, program('empty-server'), served, address];
    case 'reference-untyped':
    case 'reference-typed':
      return [await referenceProgram(), 'serve', served.slice('reference-'.length), socket];
  }
}

/** Tries until somebody accepts: no server says so in a way that all share. */
async function answering(child: ChildProcess, socket: string): Promise<void> {
  while (!(await accepts(socket))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
