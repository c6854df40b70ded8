import { CodedError, RpcError } from '@cosi-ts/core';
import { CommandError, type CommandIo } from '../io.ts';

/** What one node could not do. */
export interface NodeFailure {
  /** What the user knows the node by. */
  readonly node: string;
  /** One line. */
  readonly error: string;
}

/**
 * An expected error of a node as a failure.
 *
 * @throws whatever else was thrown: a defect.
 */
export function nodeFailure(node: string, thrown: unknown): NodeFailure {
  if (!(thrown instanceof CodedError || thrown instanceof CommandError)) throw thrown;
  return { node, error: failureText(thrown).replaceAll(/\s*\n\s*/g, ' ') };
}

/** Each failure in a line; those that are the same share one. */
export function failureLines(failures: readonly NodeFailure[]): readonly string[] {
  return [...Map.groupBy(failures, ({ error }) => error)].map(([error, group]) => {
    const nodes = [...new Set(group.map(({ node }) => node))];
    return `${nodes.join(', ')}: ${error}`;
  });
}

/** @throws CommandError with all failures, if there are any; each is one line. */
export function throwFailures(io: CommandIo, failures: readonly NodeFailure[]): void {
  const lines = failureLines(failures);
  const last = lines.at(-1);
  if (last === undefined) return;
  for (const line of lines.slice(0, -1)) warn(io, line);
  throw new CommandError(last);
}

/** Tells of something that does not end the command. */
export function warn(io: CommandIo, message: string): void {
  io.err.write(`cosi: ${message}\n`);
}

function failureText(error: Error): string {
  if (!(error instanceof RpcError)) return error.message;
  if (error.status === 'UNAVAILABLE') return unreachable(error.message);
  if (error.status === 'DEADLINE_EXCEEDED') {
    return 'the node does not answer: it is stopped or overloaded, try again or start it again';
  }
  return `${error.status}: ${error.message}`;
}

function unreachable(message: string): string {
  // What the network tells may have the time in it, which would keep nodes that fail alike from sharing a line.
  const reason =
    /Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*\))?\. Resolution note:/s.exec(message)?.[1] ??
    message.replace(/^Error: /, '');
  if (/EACCES|EPERM/.test(reason)) return `the node belongs to another user (${reason}): ask as that user`;
  if (reason.startsWith('there is no node')) return reason;
  if (/ECONN\w+ \S+:\d+$|certificate|TLS|SSL|ENOTFOUND/.test(reason)) {
    return `the node cannot be reached (${reason}): look at the endpoints and certificates of the client configuration`;
  }
  return `the node cannot be reached (${reason}): start it again with "cosi up" or "cosi run"`;
}
