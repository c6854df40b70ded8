import type { LogFields, Logger } from '@cosi-ts/core';
import type { Life, World } from './world.ts';

/** What a node said. */
export interface LogLine {
  /** Milliseconds since the simulation began. */
  readonly at: number;
  readonly node: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** Records what one life of a node says. */
export function virtualLogger(
  world: World,
  life: Life,
  onLine: (line: LogLine) => void,
  bound: LogFields = {},
): Logger {
  const say =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      if (life.ended) return;
      onLine({ at: world.now, node: life.name, level, message, fields: { ...bound, ...fields } });
    };
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: (fields) => virtualLogger(world, life, onLine, { ...bound, ...fields }),
  };
}
