import { CodedError } from '@cosi-ts/core';
import type { LineCounter } from 'yaml';

/** Something wrong, or worth knowing, in a machine configuration, and where. It never holds a secret. */
export interface ConfigProblem {
  /** The file as the caller named it; empty when it has no name. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
}

/** A machine configuration that cannot be used. It names all problems at once; the message lists them. */
export class MachineConfigError extends CodedError {
  readonly code = 'machine-config';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatErrors(problems.map(formatProblem)));
    this.problems = problems;
  }
}

/** `config.yaml:12:5: endpoint is required`, as compilers write it, so that editors can jump there. */
export function formatProblem({ file, line, column, message }: ConfigProblem): string {
  return `${file === '' ? '' : `${file}:`}${line}:${column}: ${message}`;
}

/** Several messages in the layout of Talos: their number, then one line each after a tab, then an empty line. */
export function formatErrors(messages: readonly string[]): string {
  const count = messages.length === 1 ? '1 error' : `${messages.length} errors`;
  return `${count} occurred:\n${messages.map((message) => `\t* ${message}\n`).join('')}\n`;
}

/** So many problems are told; a file that is no configuration at all would have thousands. */
const MOST_PROBLEMS = 100;
/** So much of a message is told, in UTF-16 units: it may quote what somebody wrote. */
const LONGEST_MESSAGE = 400;
/** Shorter text is not taken out of messages: it would be found everywhere, and it is no usable secret. */
const SHORTEST_SECRET = 16;

/** Collects the problems of one file while it is read. Positions are offsets into its text. */
export class Problems {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #found: { at: number; message: string }[] = [];
  readonly #secrets = new Set<string>();

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  add(at: number, message: string): void {
    this.#found.push({ at, message });
  }

  /** Names a text that no message may show, wherever in the file it was met again. */
  hide(secret: string): void {
    if (secret.length >= SHORTEST_SECRET) this.#secrets.add(secret);
  }

  /** The line of an offset, from 1. */
  line(at: number): number {
    return this.#lines.linePos(at).line;
  }

  /** What was found, in the order of the file. */
  list(): readonly ConfigProblem[] {
    const sorted = this.#found.toSorted((a, b) => a.at - b.at);
    const told = sorted.slice(0, MOST_PROBLEMS).map(({ at, message }) => this.describe(at, message));
    const rest = sorted[MOST_PROBLEMS];
    if (rest) told.push(this.describe(rest.at, `${sorted.length - MOST_PROBLEMS} more problems follow`));
    return Object.freeze(told);
  }

  /** A problem of this file that is told apart from the list, such as a warning. */
  describe(at: number, message: string): ConfigProblem {
    const { line, col } = this.#lines.linePos(at);
    let shown = message;
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, 'REDACTED');
    if (shown.length > LONGEST_MESSAGE) shown = `${shown.slice(0, LONGEST_MESSAGE).toWellFormed()}…`;
    return Object.freeze({ file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), message: shown });
  }
}
