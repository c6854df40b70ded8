import type { LogFields, Logger } from '@cosi-ts/core';
import type { LogLevel } from './text-logger.ts';

/** Says everything to both. */
export function bothLoggers(one: Logger, other: Logger): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      one[level](message, fields);
      other[level](message, fields);
    };
  const isEnabled = (level: LogLevel) => (log: Logger) => log.isLevelEnabled?.(level) ?? true;
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => bothLoggers(one.child(fields), other.child(fields)),
    isLevelEnabled: (level) => [one, other].some(isEnabled(level)),
  };
}
