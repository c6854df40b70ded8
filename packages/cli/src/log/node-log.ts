import { join } from 'node:path';
import type { Host, Logger, Owner } from '@cosi-ts/core';
import { bothLoggers } from './both-loggers.ts';
import { jsonLogger } from './json-logger.ts';
import { RotatingFile } from './rotating-file.ts';

/** The name of a node's log in its directory. */
export const NODE_LOG = 'node.log';

/** Bytes after which the log is put aside; the one before it goes. */
const LIMIT = 10 * 1024 * 1024;

/**
 * A logger that keeps what a node says in its directory, and hands it on to `log`.
 *
 * @param owner the log ends with it, after whatever else it owns from now on
 */
export function nodeLogger(
  { files, clock, log }: Pick<Host, 'files' | 'clock' | 'log'>,
  owner: Owner,
  directory: string,
): Logger {
  const file = new RotatingFile({ files, path: join(directory, NODE_LOG), limit: LIMIT, log }, owner);
  return bothLoggers(
    log,
    jsonLogger(clock, (line) => file.append(line)),
  );
}
