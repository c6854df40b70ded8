import { readFileSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import type { CommandIo, TextSink } from '../io.ts';

/** The real process. To be called once: it takes over the errors of standard output. */
export function processIo(): CommandIo {
  const ending = new AbortController();
  endOnClosedPipe(process.stdout, ending);
  endOnClosedPipe(process.stderr, ending);
  return {
    out: sink(process.stdout),
    err: sink(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    version: ownVersion,
    stopped: onceStopped(ending),
  };
}

function sink(stream: WriteStream): TextSink {
  return {
    get isTerminal() {
      return stream.isTTY;
    },
    // A terminal that was never told its size says 0.
    get columns() {
      return stream.isTTY ? stream.columns || undefined : undefined;
    },
    get rows() {
      return stream.isTTY ? stream.rows || undefined : undefined;
    },
    write: (text) => void stream.write(text),
  };
}

/** `cosi get … | head -1`: the reader has what it wanted, which is no error. */
function endOnClosedPipe(stream: WriteStream, ending: AbortController): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    ending.abort(error);
  });
}

/** Signals are taken over only when a command asks, so that one that does not can still be interrupted. */
function onceStopped(ending: AbortController): () => AbortSignal {
  let listening = false;
  return () => {
    if (!listening) listenToSignals(ending);
    listening = true;
    return ending.signal;
  };
}

function listenToSignals(ending: AbortController): void {
  let interrupts = 0;
  process.on('SIGTERM', () => {
    ending.abort();
  });
  process.on('SIGINT', () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    ending.abort();
  });
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
