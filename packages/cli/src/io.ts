/** Where a command writes text: standard output or standard error, or a buffer in a test. */
export interface TextSink {
  /** Whether a person is looking, so that a display may rewrite itself. */
  readonly isTerminal: boolean;
  /** Width in characters, where known. */
  readonly columns: number | undefined;
  /** Height in lines, where known. */
  readonly rows?: number | undefined;
  write(text: string): void;
}

/** What a command is given of its process. It reaches for nothing else of it. */
export interface CommandIo {
  readonly out: TextSink;
  readonly err: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. */
  readonly cwd: string;
  /** The version of this command. */
  version(): string;
  /**
   * Aborted when the command should end: at SIGINT or SIGTERM, or when nobody reads its output any more. Whoever asks
   * for it promises to end cleanly; a command that never asks is ended by the signal itself. A second SIGINT ends the
   * process at once.
   */
  stopped(): AbortSignal;
}

/** A refusal that the user can do something about: it is printed in one line, without a stack, and gives the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  /** `exitCode` is 1 unless the command documents another. */
  constructor(message: string, { exitCode = 1, cause }: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
