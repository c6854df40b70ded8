import type { LogFields, Logger } from '@cosi-ts/core';
import type { TextSink } from '../io.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LEVELS)[number];

/** Lines for people: level, message, then the fields as `key=value`. What is below `level` is not written. */
export function textLogger(sink: TextSink, level: LogLevel, fields: LogFields = {}): Logger {
  const isEnabled = (at: LogLevel): boolean => LEVELS.indexOf(at) >= LEVELS.indexOf(level);
  const write = (at: LogLevel, message: string, own: LogFields | undefined): void => {
    if (!isEnabled(at)) return;
    const shown = Object.entries({ ...fields, ...own }).map(([key, value]) => ` ${key}=${show(value)}`);
    sink.write(`${at.padEnd(5)} ${message}${shown.join('')}\n`);
  };
  return {
    debug: (message, own) => write('debug', message, own),
    info: (message, own) => write('info', message, own),
    warn: (message, own) => write('warn', message, own),
    error: (message, own) => write('error', message, own),
    child: (more) => textLogger(sink, level, { ...fields, ...more }),
    isLevelEnabled: isEnabled,
  };
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return /[\s"=\p{Cc}]/u.test(text) ? quoted(text) : text;
}

/** On one line, and nothing that a terminal obeys. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
