import type { Clock, LogFields, Logger } from '@cosi-ts/core';
import { pino } from 'pino';
import { withoutSecrets } from '../secrets/without-secrets.ts';
import type { LogLevel } from './text-logger.ts';

/** Lines for programs: JSON, with `level`, `time` and `message` beside the fields; secrets are left out. */
export function jsonLogger(clock: Pick<Clock, 'now'>, write: (line: string) => void): Logger {
  const lines = pino(
    {
      level: 'debug',
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${clock.now()}"`,
      formatters: { level: (level) => ({ level }), log: withoutSecrets },
    },
    { write },
  );
  return over(lines);
}

type Lines = Pick<ReturnType<typeof pino>, LogLevel | 'child' | 'isLevelEnabled'>;

function over(lines: Lines): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      lines[level](fields, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => over(lines.child(withoutSecrets(fields))),
    isLevelEnabled: (level) => lines.isLevelEnabled(level),
  };
}
