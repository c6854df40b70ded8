/** Structured fields beside a message. Secrets never go in; whoever logs a spec checks its sensitivity first. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Shaped so that pino, winston and console wrappers fit: the libraries depend on none of them. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
  /** Whether such lines are written at all, where that is known: what nobody reads need not be made. */
  isLevelEnabled?(level: 'debug' | 'info' | 'warn' | 'error'): boolean;
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
  isLevelEnabled: () => false,
};
